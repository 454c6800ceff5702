import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { sharedSystem } from "@lacio/testkit/testing";
import { expectMigrated, services, undoMigrations } from "./migrations.ts";

const root = path.resolve(import.meta.dirname, "../../..");

test("the migrations that smoke takes back are run again by the services' own migrating, and what they make is back", async () => {
  const system = sharedSystem();
  await expectMigrated(system);
  await undoMigrations(system);
  await expect(expectMigrated(system)).rejects.toThrow("was not run");
  for (const service of services) {
    const env = { PATH: process.env.PATH, LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: system.databaseUrls[service] };
    await promisify(execFile)(process.execPath, [`services/${service}/main.ts`], { cwd: root, env });
  }
  await expectMigrated(system);
});
