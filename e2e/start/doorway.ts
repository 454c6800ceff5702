import { once } from "node:events";
import net from "node:net";
import { freePort } from "@lacio/testkit/processes/ports";

/** An address behind which there is nobody until it is opened: then it leads to the port of a real server. */
export async function doorway(port: number) {
  const own = await freePort();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((from) => {
    const to = net.connect(port, "127.0.0.1");
    for (const socket of [from, to]) sockets.add(socket.on("error", () => {}).on("close", () => void (from.destroy(), to.destroy())));
    from.pipe(to).pipe(from);
  });
  return {
    port: own,
    /** The URL of the server, by this door. */
    urlOf: (url: string) => Object.assign(new URL(url), { port: String(own) }).href,
    open: () => once(server.listen(own, "127.0.0.1"), "listening"),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
