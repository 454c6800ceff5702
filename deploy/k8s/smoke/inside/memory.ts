import { readFileSync } from "node:fs";

// Anonymous memory of process 1, in MB: its heaps and stacks, without the files that it shares with others of its image.
const rollup = readFileSync("/proc/1/smaps_rollup", "utf8");
console.log(JSON.stringify(Number(/^Anonymous:\s+(\d+) kB$/m.exec(rollup)![1]) / 1_024));
