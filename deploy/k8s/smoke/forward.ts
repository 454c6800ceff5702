import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A way from a free port of this machine into the cluster. */
export interface Forward {
  port: number;
  close(): void;
}

/** `target` is like service/edge, with a port of the Service. It holds to one pod, and ends with it. @throws when kubectl can't */
export function forward(namespace: string, target: string, port: number): Promise<Forward> {
  const child = spawn("kubectl", ["--namespace", namespace, "port-forward", "--address", "127.0.0.1", target, `:${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`kubectl port-forward ${target} ended: ${said.trim()}`)));
    const tooLate = setTimeout(() => child.kill(), 30_000);
    createInterface(child.stdout).on("line", (line) => {
      const local = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (!local) return;
      clearTimeout(tooLate);
      resolve({ port: Number(local), close: () => void child.kill() });
    });
  });
}
