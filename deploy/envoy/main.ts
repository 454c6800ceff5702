import { setImmediate as turn } from "node:timers/promises";

// The edge as a process, in a container. As process 1 it has no default action at a signal: what one does is set before the rest is even
// loaded, which takes longest.
let end = (): void => process.exit(0); // until Envoy runs there is nothing to drain
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => end());
const { runEdge } = await import("./run.ts");
await turn(); // a signal that came meanwhile is handled here
end = runEdge();
