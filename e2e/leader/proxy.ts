import net from "node:net";
import { freePort } from "@lacio/testkit/processes/ports";

/** A TCP proxy that can simulate a network partition: it drops all data without closing the connections. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<net.Socket>();
  let swallowing = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => void (swallowing || to.write(chunk)));
      from.on("close", () => void (swallowing || to.destroy()));
      from.on("error", () => {});
    }
  });
  const at = await freePort();
  await new Promise<void>((done) => server.listen(at, "127.0.0.1", done));
  const url = new URL(target);
  url.host = `127.0.0.1:${at}`;
  return {
    url: url.href,
    swallow: () => (swallowing = true),
    /** Ends the partition: destroys the connections that it cut, and new ones work. */
    recover() {
      swallowing = false;
      for (const socket of sockets) socket.destroy();
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export type Proxy = { url: string; swallow(): void; recover(): void; stop(): void };
