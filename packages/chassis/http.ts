import http, { type RequestListener } from "node:http";

/** Serves an Express app, or another listener, on HTTP/1.1; `stop` lets requests finish for 5 s. @throws when the port is taken. */
export async function serveHttp(app: RequestListener, port: number, address: string) {
  const server = http.createServer(app);
  server.keepAliveTimeout = 3_900_000; // longer than Envoy's idle timeout of an hour: a reused connection must not close just then
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const forcedClose = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(forcedClose);
    },
  };
}
