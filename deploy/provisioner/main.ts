import { setImmediate as turn } from "node:timers/promises";

// The provisioner as a process, in a container. As process 1 it has no default action at a signal: what one does is set before the rest is
// even loaded, which takes longest.
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(0)); // whatever it was at is done again at the next start
const { runProvisioner } = await import("./run.ts");
await turn(); // a signal that came meanwhile is handled here
await runProvisioner();
