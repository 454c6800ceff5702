import net from "node:net";

const given = new Set<number>();

/**
 * A port of this machine that nobody uses: the preferred one, else one below the range from which the system takes ports for outgoing
 * connections. So it is still free when a server that was killed comes back to it.
 */
export async function freePort(preferred?: number): Promise<number> {
  for (const port of candidates(preferred)) {
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error("No free port between 10000 and 32000 on 127.0.0.1.");
}

function* candidates(preferred?: number) {
  for (let next = 0; preferred !== undefined && next < 20; next++) yield preferred + next;
  for (let attempt = 0; attempt < 500; attempt++) yield 10_000 + Math.floor(Math.random() * 22_000);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer().once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
