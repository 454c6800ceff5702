import pg from "pg";
import type { SystemDescription } from "../system/contract.ts";

/** Runs SQL in a service's own database, past the service. */
export async function sql<Row = Record<string, unknown>>(
  system: SystemDescription,
  service: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: system.databaseUrls[service] });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Makes the jobs of a kind due now. */
export const makeDue = (system: SystemDescription, service: string, kind: string): Promise<unknown> =>
  sql(system, service, "update job set at = now() where kind = $1", [kind]);
