import { expect, test } from "@jest/globals";
import { chassisConfig, Env } from "./config.ts";
import { openDatabase } from "./db.ts";
import { isOutage } from "./errors.ts";
import { createLog } from "./log.ts";

test("while the database is down queries fail, and the start does not", async () => {
  const away = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", NATS_URL: "nats://127.0.0.1" };
  const db = await openDatabase(chassisConfig(new Env(away), "test"), { entities: [], migrations: [] }, createLog("test", "silent"));
  const error = await db.sql("select 1").catch((error: unknown) => error);
  expect(isOutage(error)).toBe(true);
  await db.close();
});
