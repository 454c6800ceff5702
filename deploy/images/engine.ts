import { spawnSync } from "node:child_process";

/** Podman or Docker, whichever is there, or the one that CONTAINER_ENGINE names. */
export function findEngine(): Engine {
  const asked = process.env.CONTAINER_ENGINE;
  const command = (asked ? [asked] : ["podman", "docker"]).find((name) => spawnSync(name, ["--version"]).status === 0);
  if (!command) throw new Error("Images need Podman or Docker: https://podman.io/docs/installation");
  return {
    /** Its output goes to the terminal. @throws when it fails */
    show(...args) {
      const { status } = spawnSync(command, args, { stdio: "inherit" });
      if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed (${status})`);
    },
    ask(...args) {
      const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
      return { status, stdout, stderr };
    },
  };
}

export interface Engine {
  show(...args: string[]): void;
  ask(...args: string[]): { status: number | null; stdout: string; stderr: string };
}
