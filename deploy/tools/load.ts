import { readFileSync } from "node:fs";
import { load } from "./load/load.ts";

// Visitors who look, book and pay, at a rate, through the running edge; a pod of the tools image. It repeats nothing that fails, and prints a
// report (load/report.ts). Its exit code says only whether there is one.
const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing.`);
  return value;
};

const report = await load({
  edge: need("EDGE_URL"),
  authority: readFileSync(need("EDGE_CA_FILE"), "utf8"),
  checkout: need("CHECKOUT_URL"),
  serviceId: need("LOAD_SERVICE_ID"),
  staffIds: need("LOAD_STAFF_IDS").split(","),
  requests: Number(need("LOAD_REQUESTS")),
  requestsPerSecond: Number(need("LOAD_REQUESTS_PER_SECOND")),
  patienceMs: Number(process.env.LOAD_PATIENCE_MS ?? 15_000),
});
console.log(JSON.stringify(report));
