import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import { at, withClient } from "@lacio/testkit/infra/postgres-client";
import { databaseWishes } from "./database-wishes.ts";
import { developmentSecrets } from "./development-secrets.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-databases-"));
const services = Object.keys(permissions);
let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres({ dir, fsync: false });
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** As the Job's envFrom makes it, of new Secrets. */
function environment(): Record<string, string> {
  const secrets = developmentSecrets();
  const variables = services.flatMap((name) =>
    [`lacio-${name}`, `lacio-${name}-migration`].flatMap((secret) =>
      Object.entries(secrets[secret]!).map(([key, value]) => [`${name.toUpperCase()}_${key}`, value] as const),
    ),
  );
  return { ADMIN_DATABASE_URL: postgres.url, ...Object.fromEntries(variables) };
}

const run = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [path.join(import.meta.dirname, "databases.ts")], { env });

/** Of the login, and of the owner. */
async function usersAt(env: Record<string, string>, name: string) {
  const urls = ["DATABASE_URL", "MIGRATION_DATABASE_URL"].map((variable) => new URL(env[`${name.toUpperCase()}_${variable}`]!));
  const connect = ({ username, password, pathname }: URL) =>
    withClient(at(postgres.url, { user: username, password, database: pathname.slice(1) }), async (client) => {
      const { rows } = await client.query<{ user: string; owner: string }>(
        "select current_user as user, pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()",
      );
      return rows[0];
    });
  return Promise.all(urls.map(connect));
}

test("the Job makes a database per service, with the passwords of its Secrets, and new ones when it runs again", async () => {
  const [first, second] = [environment(), environment()];
  for (const env of [first, second]) {
    const { stdout } = await run(env);
    expect(stdout.trim().split("\n")).toEqual(services.map((name) => `${name}: database, owner ${name}_owner, login ${name}`));
    for (const name of services)
      expect(await usersAt(env, name)).toEqual([name, `${name}_owner`].map((user) => ({ user, owner: `${name}_owner` })));
  }
  await expect(usersAt(first, "booking")).rejects.toThrow(/password authentication failed/);
});

test("a Secret that is missing, or another service's, is named before anything is done; no value is shown", async () => {
  const env = environment();
  const wrong = { ...env, BOOKING_DATABASE_URL: env.AUTH_DATABASE_URL!, AUTH_MIGRATION_DATABASE_URL: "" };
  expect(databaseWishes(services, wrong).problems).toEqual([
    "AUTH_MIGRATION_DATABASE_URL is missing, or no URL",
    "BOOKING_DATABASE_URL must name the user booking",
  ]);
  await expect(run(wrong)).rejects.toMatchObject({ code: 78, stderr: expect.not.stringContaining("postgres://") as unknown });
});
