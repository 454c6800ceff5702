import pg from "pg";
import type { SystemDescription } from "../system/contract.ts";

/** Asks a service's own database; what a test changes there, it changes behind the service's back. */
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
