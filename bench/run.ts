import { availability } from "./availability.ts";
import { booking } from "./booking.ts";
import { memory } from "./memory.ts";
import { pipeline } from "./pipeline.ts";
import { accept, missed, print, record, type Result } from "./report.ts";
import { rpc } from "./rpc.ts";

// npm run bench                  all of them
// npm run bench -- rpc booking   some
// npm run bench -- --accept      later runs are compared with this one
const benches: Record<string, () => Promise<Result>> = { availability, booking, rpc, pipeline, memory };

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = names.filter((name) => !benches[name]);
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}: there are ${Object.keys(benches).join(", ")}.`);
  process.exit(1);
}

const results: Result[] = [];
for (const name of names.length > 0 ? names : Object.keys(benches)) {
  const result = await benches[name]!();
  print(result);
  record(result);
  results.push(result);
}
if (process.argv.includes("--accept")) accept(results);
const short = results.flatMap(({ figures }) => figures.filter(missed));
console.log(
  `\n${short.length === 0 ? "Every target is met." : `${short.length} targets are missed: ${short.map(({ what }) => what).join("; ")}.`}`,
);
process.exit(short.length === 0 ? 0 : 1);
