import http from "node:http";
import type { Express } from "express";

/** Serves an Express app on HTTP/1.1. */
export async function serveHttp(app: Express, port: number, address: string) {
  const server = http.createServer(app);
  server.keepAliveTimeout = 3_900_000; // the edge lets go first, after an hour: else a request may meet a connection that just closes
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(impatience);
    },
  };
}
