import pg from "pg";

/** Readiness probe. @throws while the server refuses connections */
export async function answers(url: string): Promise<boolean> {
  return withClient(url, async (client) => (await client.query("select 1")).rowCount === 1);
}

/** The same server by another role or database. */
export function at(url: string, { user, password, database }: { user?: string; password?: string; database: string }): string {
  const other = new URL(url);
  if (user) other.username = user;
  if (password) other.password = password;
  other.pathname = `/${database}`;
  return other.href;
}

/** Works on one connection, which it closes. */
export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
  client.on("error", () => {}); // the query rejects, too
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
