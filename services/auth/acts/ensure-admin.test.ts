import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { chassisConfig, readConfig as read } from "@lacio/chassis/config";
import { openDatabase } from "@lacio/chassis/db";
import { createLog } from "@lacio/chassis/log";
import type { Base } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { createDatabase, type DatabaseUrls } from "@lacio/testkit/infra/databases";
import { sharedSystem } from "@lacio/testkit/testing";
import { createApp, prepare, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import { Account } from "../domain/account.ts";

const system = sharedSystem();
const log = createLog("auth", "error");
const instances: App[] = [];
let urls: DatabaseUrls;

beforeAll(async () => {
  urls = await createDatabase(system.urls.postgres!, "auth_ensure_admin_test");
});
afterAll(async () => {
  for (const { db, attempts } of instances) {
    attempts.close();
    await db.close();
  }
});

/** One replica of auth, started up to the point where it would listen. */
async function startInstance(email: string, password: string) {
  const config = read((env) => ({ ...chassisConfig(env, "auth"), ...readConfig(env) }), {
    DATABASE_URL: urls.url,
    MIGRATION_DATABASE_URL: urls.ownerUrl,
    NATS_URL: system.urls.nats,
    REDIS_URL: system.urls.redis,
    KEY_ENCRYPTION_SECRET: "a secret of this test that is long enough",
    BOOTSTRAP_ADMIN_EMAIL: email,
    BOOTSTRAP_ADMIN_PASSWORD: password,
  });
  const db = await openDatabase(config, database, log);
  await db.migrate(permissions.auth.tables);
  const base: Omit<Base<typeof config>, "client"> = { config, log, db, transact: db.transact, now: () => new Date() };
  const app = createApp(base as Base<typeof config>);
  instances.push(app);
  await prepare(app);
  return app;
}

test("the first ADMIN is created once by replicas that start concurrently, and not changed afterwards", async () => {
  const [app] = await Promise.all([1, 2, 3].map(() => startInstance("Admin@Lacio.test", "la primera clave")));
  const admins = await app!.db.read().find(Account, { role: "ADMIN" });
  expect(admins).toMatchObject([{ email: "admin@lacio.test", locale: "es" }]);
  expect(await app!.db.sql("select key from outbox where subject = 'auth.account_registered'")).toEqual([{ key: admins[0]!.id }]);

  const again = await startInstance("admin@lacio.test", "otra clave en la configuración");
  const [kept] = await again.db.read().find(Account, { role: "ADMIN" });
  expect(await again.hasher.verify("la primera clave", kept!.passwordHash)).toBe(true);

  await again.db.sql("update account set email = 'otra@lacio.test' where role = 'ADMIN'"); // the ADMIN changed the address
  const later = await startInstance("admin@lacio.test", "la primera clave");
  expect(await later.db.read().find(Account, { role: "ADMIN" })).toMatchObject([{ email: "otra@lacio.test" }]);
});

test("without an address in the configuration there is none", async () => {
  const app = await startInstance("", "");
  expect(await app.db.read().count(Account, { email: "" })).toBe(0);
});
