import net from "node:net";

// Whether this pod can open connections: for each [host, port] of the question "open", or what went wrong.
const { targets, timeoutMs } = JSON.parse(process.argv[1]!) as { targets: [host: string, port: number][]; timeoutMs: number };
console.log(JSON.stringify(await Promise.all(targets.map(connect))));
process.exit(0); // a name that is still looked up would hold it

function connect([host, port]: [string, number]): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (outcome: string) => {
      clearTimeout(late);
      socket.destroy();
      resolve(outcome);
    };
    const late = setTimeout(() => end("time-out"), timeoutMs);
    socket.once("connect", () => end("open")).on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
