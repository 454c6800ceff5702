import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { randomInt, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openDatabase, type Database } from "@lacio/chassis/db";
import { createLog } from "@lacio/chassis/log";
import pg from "pg";
import { startInfra } from "@lacio/testkit/infra/index";
import { at } from "@lacio/testkit/infra/postgres-client";
import type { Infra } from "@lacio/testkit/infra/servers";
import { permissions } from "@lacio/permissions/table";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { database } from "../db/index.ts";
import { Invoice, type Draft } from "../domain/invoice.ts";
import { issueInvoice } from "./issue-invoice.ts";

const issuer = { name: "Lacio", nit: "900373115-3", address: "Calle 85", city: "Bogotá", phone: "601", email: "f@example.com" };

const dir = ".lacio/test/issue-invoice";
let infra: Infra<"postgres">;
let db: Database;
let admin: pg.Client;

beforeAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  infra = await startInfra({ dir, fsync: false }, ["postgres"]);
  const { url, ownerUrl } = await createDatabase(infra.postgres.url, "invoice");
  const config = readConfig((env) => chassisConfig(env, "invoice"), {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    NATS_URL: "nats://nowhere:4222",
    DB_POOL_MAX: "16",
  });
  db = await openDatabase(config, database, createLog("invoice", "silent"));
  await db.migrate(permissions.invoice.tables);
  admin = new pg.Client({ connectionString: at(infra.postgres.url, { database: "invoice" }) });
  await admin.connect();
});

afterAll(async () => {
  await admin?.end();
  await db?.close();
  await infra?.stop();
});

beforeEach(async () => {
  await admin.query("alter table invoice disable trigger user");
  await admin.query("truncate invoice, invoice_file, pending_invoice, numbering_range, outbox, job");
  await admin.query("alter table invoice enable trigger user");
});

const issue = (draft: Draft) => db.transact((tx) => issueInvoice(tx, draft, issuer));

describe("a thousand invoices by sixteen workers", () => {
  test("have the numbers 1 to 1000 without gap or repeat, though every fifth is rolled back and connections are killed", async () => {
    await openRange({ from: 1, to: 1_000 });
    const waiting = Array.from({ length: 1_000 }, () => draftOf(randomUUID()));
    const drafts = [...waiting];
    const accidents = { rolledBack: 0, killed: 0 };
    const working = Promise.all(Array.from({ length: 16 }, () => worker(waiting, accidents)));
    const killing = killSome(working);
    await working;
    await killing;
    expect(accidents.rolledBack).toBeGreaterThan(100);
    expect(accidents.killed).toBeGreaterThan(0);

    const numbers = (await admin.query<{ number: string }>("select number from invoice order by number")).rows;
    expect(numbers.map(({ number }) => Number(number))).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(await count("select 1 from invoice where payment_id = any($1)", [drafts.map(({ paymentId }) => paymentId)])).toBe(1_000);
    expect(await count("select 1 from numbering_range where next_number = 1001")).toBe(1);
    expect(
      await count("select 1 from (select issued_at < lag(issued_at) over (order by number) as early from invoice) as t where early"),
    ).toBe(0);
    expect(await issue(draftOf(randomUUID()))).toBeNull();
  });

  async function worker(waiting: Draft[], accidents: { rolledBack: number; killed: number }): Promise<void> {
    for (let draft = waiting.pop(); draft; draft = waiting.pop()) {
      const unlucky = Math.random() < 0.2;
      try {
        await db.transact(async (tx) => {
          await issueInvoice(tx, draft, issuer);
          if (unlucky) throw new Error("rolled back on purpose");
        });
      } catch (error) {
        if ((error as Error).message === "rolled back on purpose") accidents.rolledBack++;
        else accidents.killed++;
        waiting.push(draft); // also when the answer to a commit got lost: issuing is idempotent
      }
    }
  }

  async function killSome(working: Promise<unknown>): Promise<void> {
    let over = false;
    void working.finally(() => (over = true));
    while (!over) {
      await admin.query(
        `select pg_sleep($1), pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'invoice' and state like 'idle in transaction%' limit 1`,
        [randomInt(1, 20) / 100],
      );
    }
  }
});

test("two who issue for the same payment at once get the same invoice, and no number is lost", async () => {
  await openRange({ from: 1, to: 100 });
  const draft = draftOf(randomUUID());
  const issued = await Promise.all(Array.from({ length: 12 }, () => issue(draft)));
  expect(new Set(issued.map((invoice) => invoice?.id)).size).toBe(1);
  expect(issued[0]).toMatchObject({ numberText: "FE1", total: 18_000_000n, base: 15_126_050n, iva: 2_873_950n });
  expect(await count("select 1 from numbering_range where next_number = 2")).toBe(1);
});

test("a full range hands over to the next one, also in a race for its last number", async () => {
  await openRange({ from: 1, to: 5 });
  await openRange({ from: 101, to: 200 });
  const issued = await Promise.all(Array.from({ length: 12 }, () => issue(draftOf(randomUUID()))));
  const numbers = issued.map((invoice) => Number(invoice?.number)).sort((a, b) => a - b);
  expect(numbers).toEqual([1, 2, 3, 4, 5, 101, 102, 103, 104, 105, 106, 107]);
});

test("a range that is not valid today, or is for credit notes, gives no number; the invoice waits and its client hears of it once", async () => {
  await openRange({ from: 1, to: 5, days: [-20, -1] });
  await openRange({ from: 11, to: 15, days: [1, 20] });
  await openRange({ from: 21, to: 25, kind: "CREDIT_NOTE" });
  const draft = draftOf(randomUUID());
  expect(await issue(draft)).toBeNull();
  expect(await issue(draft)).toBeNull();
  expect(await count("select 1 from pending_invoice")).toBe(1);
  expect(await count("select 1 from outbox where subject = 'invoice.delayed'")).toBe(1);
  await openRange({ from: 31, to: 35 });
  expect(await issue(draft)).toMatchObject({ numberText: "FE31" });
  expect(await count("select 1 from pending_invoice")).toBe(0);
});

describe("the database refuses", () => {
  test.each([
    ["another total", "update invoice set total = total + 1"],
    ["forgetting", "delete from invoice"],
    ["a clean slate", "truncate invoice cascade"],
    ["a number again", "update numbering_range set next_number = next_number - 1"],
    ["a leap", "update numbering_range set next_number = next_number + 2"],
    ["a longer validity", "update numbering_range set valid_until = valid_until + 1, next_number = next_number + 1"],
    ["forgetting a range", "delete from numbering_range"],
  ])("%s", async (_, statement) => {
    await openRange({ from: 1, to: 5 });
    const invoice = await issue(draftOf(randomUUID()));
    await expect(admin.query(statement)).rejects.toMatchObject({ code: "23001" });
    expect(await db.read().findOneOrFail(Invoice, { id: invoice!.id })).toMatchObject({ total: 18_000_000n, numberText: "FE1" });
  });

  test("two ranges of one prefix that share a number", async () => {
    await openRange({ from: 1, to: 5 });
    await expect(openRange({ from: 5, to: 9 })).rejects.toMatchObject({ constraint: "numbering_range_overlap" });
  });
});

async function openRange({ from, to, kind = "INVOICE", days = [0, 0] }: { from: number; to: number; kind?: string; days?: number[] }) {
  await admin.query(
    `insert into numbering_range (id, kind, resolution, prefix, from_number, to_number, next_number, valid_from, valid_until, created_at)
     select gen_random_uuid(), $1, '1876', 'FE', $2::bigint, $3, $2, day + $4::int, day + $5::int, clock_timestamp()
     from (select (now() at time zone 'America/Bogota')::date as day) as today`,
    [kind, from, to, ...days],
  );
}

async function count(text: string, values: unknown[] = []): Promise<number> {
  return (await admin.query(text, values)).rowCount!;
}

function draftOf(paymentId: string): Draft {
  return {
    kind: "INVOICE",
    bookingId: randomUUID(),
    paymentId,
    clientId: randomUUID(),
    visitAt: "2026-12-02T13:30:00.000Z",
    lines: [{ description: "Alisado largo", quantity: 1, base: "15126050", ivaPercent: 19, iva: "2873950", total: "18000000" }],
    currency: "COP",
    client: { name: "Ana", email: "ana@example.com" },
  };
}
