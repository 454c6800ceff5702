import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import { chassisConfig, Env } from "./config.ts";
import { openDatabase, type Database } from "./db.ts";
import { createLog } from "./log.ts";
import { purge } from "./purge.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-purge-"));
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let db: Database;

beforeAll(async () => {
  postgres = await startPostgres({ dir, fsync: false });
  const { url, ownerUrl } = await createDatabase(postgres.url, "purge");
  const config = chassisConfig(new Env({ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, NATS_URL: "nats://127.0.0.1" }), "purge");
  db = await openDatabase(config, { entities: [], migrations: [] }, createLog("test", "silent"), () => new Date());
  await db.migrate({});
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const days = 24;

test("rows are deleted after their retention; unpublished events and dead letters stay, however old", async () => {
  const event = "insert into outbox (id, subject, type, key, payload, created_at, published_at) values (gen_random_uuid(), $1, '', '', '', $2, $3)"; // prettier-ignore
  await db.sql(event, ["published long ago", ago(40 * days), ago(31 * days)]);
  await db.sql(event, ["published since", ago(40 * days), ago(29 * days)]);
  await db.sql(event, ["never published", ago(4_000 * days), null]);
  const handled = "insert into inbox (event_id, subject, handled_at) values (gen_random_uuid(), $1, $2)";
  await db.sql(handled, ["handled long ago", ago(45 * days)]);
  await db.sql(handled, ["handled since", ago(43 * days)]);
  const failed = "insert into event_failure (event_id, failures, failed_at) values (gen_random_uuid(), $1, $2)";
  await db.sql(failed, [7, ago(45 * days)]);
  await db.sql(failed, [3, ago(43 * days)]);
  const answer = "insert into idempotency (scope, key, request_hash, answer, created_at) values ('', $1, '', '', $2)";
  await db.sql(answer, ["answered three days ago", ago(3 * days)]);
  await db.sql(answer, ["answered yesterday", ago(1.9 * days)]);
  const letter = "insert into dead_letter (event_id, subject, type, payload, headers, error, failures, died_at) values (gen_random_uuid(), $1, '', '', '{}', '', 9, $2)"; // prettier-ignore
  await db.sql(letter, ["a dead letter", ago(4_000 * days)]);

  await purge(db, 30, new Date());

  // A stream that is refilled from the outbox keeps its events for another 14 days: so long the inbox has to recognise them.
  expect(await db.sql("select failures from event_failure")).toEqual([{ failures: 3 }]);
  const left = await db.sql<{ what: string }>(
    "select subject as what from outbox union select subject from inbox union select key from idempotency union select subject from dead_letter",
  );
  expect(left.map(({ what }) => what).sort()).toEqual([
    "a dead letter",
    "answered yesterday",
    "handled since",
    "never published",
    "published since",
  ]);
});
