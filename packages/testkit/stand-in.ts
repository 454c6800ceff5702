import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

export interface StandIn {
  url: string;
  port: number;
  /** Destroys open connections; resolves when the port is free. */
  stop(): Promise<void>;
}

/** A fake service on its own port, over h2c as the real ones. RPCs that `impl` leaves out answer `unimplemented`. */
export function standIn<S extends DescService>(service: S, impl: Partial<ServiceImpl<S>>): Promise<StandIn> {
  return standInFor((router) => void router.service(service, impl));
}

/** Several fake services on one port. */
export async function standInFor(routes: (router: ConnectRouter) => void): Promise<StandIn> {
  const server = http2.createServer(connectNodeAdapter({ routes }));
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}
