import type { Report } from "@lacio/tools/load/report";
import type { Smoke } from "./smoke.ts";

/** What failed in a load, equal failures as one line with the first and the last time. */
export function told({ failed }: Report): string {
  const alike = Map.groupBy(failed, ({ kind, why }) => `${kind}: ${why.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…")}`);
  return [...alike].map(([what, all]) => `${all.length} × ${what} (${all[0]!.at} to ${all.at(-1)!.at})`).join("\n");
}

/** What the edge's pods that still run say of their answers 5xx and resets: Envoy's response flags tell whose fault it was. */
export async function refusedByEdge({ cluster }: Smoke): Promise<string> {
  const lines = await cluster.kubectl(["logs", "-l", "app.kubernetes.io/name=edge", "--tail=-1", "--since=10m"]);
  const entries = lines.split("\n").flatMap((line) => (/"status":(0|5\d\d),/.test(line) ? [JSON.parse(line) as Entry] : []));
  const alike = Map.groupBy(entries, ({ status, flags, details, upstream }) => `${status} ${flags} ${details} ${upstream}`);
  return [...alike].map(([what, { length }]) => `the edge: ${length} × ${what}`).join("\n");
}

type Entry = Record<"status" | "flags" | "details" | "upstream", string>;
