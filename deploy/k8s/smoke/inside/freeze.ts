import { setTimeout as sleep } from "node:timers/promises";

// Freezes process 1: its inspector, which SIGUSR1 opens, pauses it before its next statement, as long as this program stays connected. Sockets
// stay open, and the kernel answers for them; a SIGSTOP, which process 1 of a container is immune to from inside, would do the same.
process.kill(1, "SIGUSR1");
const socket = new WebSocket(await debuggerUrl());
socket.onopen = () => {
  for (const [id, method] of ["Debugger.enable", "Debugger.pause"].entries()) socket.send(JSON.stringify({ id, method }));
};
socket.onmessage = ({ data }) => {
  if ((JSON.parse(data as string) as { method?: string }).method === "Debugger.paused") console.log("frozen");
};
socket.onclose = () => process.exit(1);

async function debuggerUrl(): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      const targets = (await (await fetch("http://127.0.0.1:9229/json/list")).json()) as { webSocketDebuggerUrl: string }[];
      return targets[0]!.webSocketDebuggerUrl;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    }
  }
}
