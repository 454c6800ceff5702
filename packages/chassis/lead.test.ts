import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import { freePort } from "@lacio/testkit/processes/ports";
import { until } from "@lacio/testkit/testing/until";
import { chassisConfig, Env } from "./config.ts";
import { startLead, type Ask } from "./lead.ts";
import { createLog } from "./log.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-lead-"));
let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres({ dir, fsync: false });
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("the leader's session is one of PostgreSQL itself where DATABASE_URL leads to a pooler", async () => {
  const { url } = await createDatabase(postgres.url, "led");
  const pooler = new URL(url);
  pooler.port = String(await freePort()); // nobody is there: who asks it gets no lock
  const env = { DATABASE_URL: pooler.href, DIRECT_DATABASE_URL: url, NATS_URL: "nats://127.0.0.1" };
  let session: Ask | undefined;
  const lead = startLead(chassisConfig(new Env(env), "led"), createLog("led", "silent"), (ask, over) => {
    session = ask;
    return new Promise((resolve) => over.addEventListener("abort", resolve));
  });
  try {
    const ask = await until(() => session);
    const { rows } = await ask("select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()");
    expect(rows).toHaveLength(1);
  } finally {
    await lead.stop();
  }
});
