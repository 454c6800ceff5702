import { serviceNames } from "@lacio/testkit/environment";
import { seedApart } from "@lacio/dev/seed-apart";
import { startSystem } from "@lacio/testkit/system";
import { cpuSeconds } from "../cpu.ts";

// The same start as `npm start`, in its own folder. Prints the processes, and the CPU that each service had used when it was ready.
const system = await startSystem({ supervise: {} });
const used = Object.fromEntries(serviceNames.map((name) => [name, cpuSeconds(system.process(name).pid)]));
process.on("SIGTERM", () => void system.stop().then(() => process.exit(0)));
await seedApart(system);
console.log(JSON.stringify({ processes: system.processes(), used }));
