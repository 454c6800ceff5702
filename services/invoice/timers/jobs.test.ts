import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { register } from "@lacio/chassis/metrics";
import { permissions } from "@lacio/permissions/table";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { issueAllWaiting } from "../acts/issue-document.ts";
import { issueInvoice } from "../acts/issue-invoice.ts";
import { renderFile } from "../acts/render-file.ts";
import { createApp, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import type { Draft } from "../domain/invoice.ts";
import { jobs } from "./index.ts";
import { measureNumbers, watchNumbers } from "./watch-numbers.ts";

let alone: Awaited<ReturnType<typeof startAlone>>;
let app: App;
const startAlone = () =>
  startAppAlone(
    "invoice",
    { permissions: permissions.invoice, config: readConfig, database, createApp, jobs },
    {
      ISSUER_NIT: "800197268-4",
      ...Object.fromEntries(["NAME", "ADDRESS", "CITY", "PHONE", "EMAIL"].map((what) => [`ISSUER_${what}`, "Lacio"])),
    },
  );

beforeAll(async () => void ({ app } = alone = await startAlone()));
afterAll(() => alone?.stop());
beforeEach(async () => {
  await lawless("truncate invoice, invoice_file, pending_invoice, numbering_range, outbox, job");
  alone.logged.length = 0;
  alone.resetClock();
});

const count = async (what: string) => (await alone.sql(`select 1 from ${what}`)).length;
const errors = () => alone.logged.filter(({ level }) => level === "error").map(({ text }) => text);
const issue = (draft: Draft) => app.transact((tx) => issueInvoice(tx, draft, app.config.issuer));

describe("the files of new invoices", () => {
  test("are drawn though fifty older ones cannot be drawn; these are tried again later, and when it goes on somebody is told, once", async () => {
    await openRange();
    for (let n = 0; n < 51; n++) await issue(draftOf());
    await lawless("update invoice set client = 'null' where number <= 50");
    await alone.work();
    expect(await alone.sql("select number from invoice_file join invoice on id = invoice_id")).toEqual([{ number: "51" }]);
    expect(await alone.sql("select distinct failures, error is not null as why, claim from job")).toEqual([
      { failures: 1, why: true, claim: null },
    ]);
    for (let failure = 2; failure <= 11; failure++) {
      alone.wait(4_500);
      await alone.work();
      expect(new Set(errors())).toEqual(new Set(failure < 10 ? [] : ["ALERT: a job keeps failing; it needs a person"]));
    }
    await lawless(`update invoice set client = '{"name":"Ana","email":"ana@example.com"}'`);
    alone.wait(4_500);
    await alone.work();
    expect(await count("invoice_file")).toBe(51);
    expect(await count("outbox where subject = 'invoice.issued'")).toBe(51);
    expect(await count("job")).toBe(0);
  });

  test("are drawn once by two replicas at once, and told once", async () => {
    await openRange();
    for (let n = 0; n < 20; n++) await issue(draftOf());
    await Promise.all([alone.worker(), alone.worker()].map((worker) => worker.drain()));
    await alone.work();
    expect(await count("invoice_file")).toBe(20);
    const told = await alone.sql<{ key: string }>("select key from outbox where subject = 'invoice.issued'");
    expect(new Set(told.map(({ key }) => key)).size).toBe(20);
    expect(told).toHaveLength(20);
  });

  test("are drawn by who asks for one before its job is done; they are told once", async () => {
    await openRange();
    const invoice = await issue(draftOf());
    await Promise.all([renderFile(app, invoice!), renderFile(app, invoice!)]);
    await alone.work();
    expect([await count("invoice_file"), await count("outbox where subject = 'invoice.issued'"), await count("job")]).toEqual([1, 1, 0]);
  });
});

describe("what waits for a numbering range", () => {
  test("is issued in the order of its waiting, though one of them cannot be issued; that one is tried again later", async () => {
    const waiting = Array.from({ length: 4 }, () => draftOf());
    const note = creditNoteOf(await issued());
    for (const draft of waiting) await issue(draft);
    await issue(note);
    // They have waited in the reverse order of their coming, and the data of the longest waiting is broken.
    for (const [age, draft] of waiting.entries())
      await alone.sql("update pending_invoice set created_at = now() - $2 * interval '1 hour' where id = $1", [draft.paymentId, age]);
    await alone.sql("update pending_invoice set cause = cause || '{\"lines\":null}' where id = $1", [waiting[3]!.paymentId]);
    await openRange({ prefix: "FE" });
    await openRange({ prefix: "NC", kind: "CREDIT_NOTE" });
    for (const kind of ["INVOICE", "CREDIT_NOTE"] as const) await app.transact((tx) => issueAllWaiting(tx, kind));
    await alone.work();
    const documents = await alone.sql("select number_text, payment_id from invoice where number_text <> 'FA1' order by number_text");
    expect(documents).toEqual([
      { number_text: "FE1", payment_id: waiting[2]!.paymentId },
      { number_text: "FE2", payment_id: waiting[1]!.paymentId },
      { number_text: "FE3", payment_id: waiting[0]!.paymentId },
      { number_text: "NC1", payment_id: note.paymentId },
    ]);
    const spoilt = "select key, failures from job where kind = 'issue-waiting'";
    expect(await alone.sql(spoilt)).toEqual([{ key: waiting[3]!.paymentId, failures: 1 }]);
    await alone.sql("update pending_invoice set cause = $1", [waiting[3]]);
    alone.wait(70);
    await alone.work();
    expect(await count("invoice where number_text = 'FE4'")).toBe(1);
    expect(await count("pending_invoice")).toBe(0);
  });

  test("is issued once by two replicas at once, without a gap; what gets no number waits on", async () => {
    const waiting = Array.from({ length: 12 }, () => draftOf());
    for (const draft of waiting) await issue(draft);
    await openRange({ to: 10 });
    await app.transact((tx) => issueAllWaiting(tx, "INVOICE"));
    await Promise.all([alone.worker(), alone.worker()].map((worker) => worker.drain()));
    await alone.work();
    const documents = await alone.sql<{ payment_id: string }>("select payment_id from invoice order by number");
    const places = documents.map(({ payment_id: id }) => waiting.findIndex(({ paymentId }) => paymentId === id));
    expect(new Set(places).size).toBe(10);
    // Two workers race for each number: neighbours may swap, no more.
    places.forEach((place, number) => expect(Math.abs(place - number)).toBeLessThanOrEqual(2));
    await openRange({ from: 11, to: 20 });
    alone.wait(70);
    await alone.work();
    expect(await count("invoice where number in (11, 12)")).toBe(2);
    expect(await count("invoice")).toBe(12);
  });

  test("is a credit note too, of which nobody is told that it is late, and which waits for no invoice", async () => {
    const note = creditNoteOf(await issued());
    const invoice = draftOf();
    expect(await issue(note)).toBeNull();
    expect(await issue(note)).toBeNull();
    expect(await issue(invoice)).toBeNull();
    expect(await alone.sql("select key from outbox where subject = 'invoice.delayed'")).toEqual([{ key: invoice.bookingId }]);
    await openRange({ prefix: "NC", kind: "CREDIT_NOTE" });
    alone.wait(70);
    await alone.work();
    const [made] = await alone.sql("select refund_id, corrects_invoice_id, total from invoice where number_text = 'NC1'");
    expect(made).toEqual({ refund_id: note.refundId, corrects_invoice_id: note.correctsInvoiceId, total: "18000000" });
    expect(await alone.sql("select kind from pending_invoice")).toEqual([{ kind: "INVOICE" }]);
    expect(await alone.sql("select key from job where kind = 'issue-waiting'")).toEqual([{ key: invoice.paymentId }]);
  });
});

describe("the stock of numbers", () => {
  const gauges = async () =>
    (await register.metrics())
      .split("\n")
      .filter((line) => /^lacio_invoice(s_waiting|_numbers_left|_numbers_days_left){/.test(line))
      .sort();

  test("is on /metrics by kind, and somebody is told when it is low, before its last day, and when documents wait", async () => {
    await openRange({ from: 1, to: 100, days: [-1, 90] });
    await openRange({ from: 101, to: 150, days: [1, 90] }); // valid from tomorrow
    await openRange({ from: 201, to: 300, days: [-9, -1] }); // valid until yesterday
    await openRange({ from: 301, to: 301, days: [-1, 200] });
    await lawless("update numbering_range set next_number = 302 where from_number = 301"); // used up
    await openRange({ prefix: "NC", kind: "CREDIT_NOTE", days: [-1, 90], to: 20 });
    await issue(draftOf());
    await Promise.all([measureNumbers(app), watchNumbers(app)]);
    expect(alone.logged.filter(({ level }) => level !== "info")).toEqual([]);
    expect(await gauges()).toEqual([
      'lacio_invoice_numbers_days_left{kind="CREDIT_NOTE"} 90',
      'lacio_invoice_numbers_days_left{kind="INVOICE"} 90',
      'lacio_invoice_numbers_left{kind="CREDIT_NOTE"} 20',
      'lacio_invoice_numbers_left{kind="INVOICE"} 149',
      'lacio_invoices_waiting{kind="CREDIT_NOTE"} 0',
      'lacio_invoices_waiting{kind="INVOICE"} 0',
    ]);
    const low = "numbers or their validity run out soon: open a new range";

    await lawless("update numbering_range set valid_until = (now() at time zone 'America/Bogota')::date + 29 where prefix = 'NC'");
    await lawless("update numbering_range set next_number = 98 where from_number = 1 and prefix = 'FE'");
    await lawless("update numbering_range set next_number = 148 where from_number = 101");
    await Promise.all([measureNumbers(app), watchNumbers(app)]);
    const told = alone.logged.filter(({ level }) => level !== "info");
    expect(told.map(({ level, text, fields }) => [level, text, fields["kind"]])).toEqual(
      expect.arrayContaining([
        ["warn", low, "INVOICE"],
        ["warn", low, "CREDIT_NOTE"],
      ]),
    );
    expect(told).toHaveLength(2);

    await lawless("update numbering_range set next_number = to_number + 1 where kind = 'INVOICE'");
    await issue(draftOf());
    await Promise.all([measureNumbers(app), watchNumbers(app)]);
    expect(await gauges()).toContain('lacio_invoice_numbers_left{kind="INVOICE"} 0');
    expect(await gauges()).toContain('lacio_invoices_waiting{kind="INVOICE"} 1');
    expect(errors()).toEqual(["documents wait for a numbering range: open a new one"]);
  });
});

// Without the triggers that freeze documents and numbers, for tests that need a broken row.
async function lawless(statement: string): Promise<void> {
  for (const table of ["invoice", "numbering_range"]) await alone.sql(`alter table ${table} disable trigger user`);
  await alone.sql(statement);
  for (const table of ["invoice", "numbering_range"]) await alone.sql(`alter table ${table} enable trigger user`);
}

async function openRange({ prefix = "FE", kind = "INVOICE", from = 1, to = 1_000, days = [0, 0] } = {}): Promise<void> {
  await alone.sql(
    `insert into numbering_range (id, kind, resolution, prefix, from_number, to_number, next_number, valid_from, valid_until, created_at)
     select gen_random_uuid(), $1, '1876', $6, $2::bigint, $3, $2, day + $4::int, day + $5::int, clock_timestamp()
     from (select (now() at time zone 'America/Bogota')::date as day) as today`,
    [kind, from, to, ...days, prefix],
  );
}

/** An issued invoice; its range is full with it. */
async function issued(): Promise<Draft & { id: string }> {
  await openRange({ prefix: "FA", to: 1 });
  const draft = draftOf();
  return { ...draft, id: (await issue(draft))!.id };
}

const creditNoteOf = ({ id, ...draft }: Draft & { id: string }): Draft => ({
  ...draft,
  kind: "CREDIT_NOTE",
  refundId: randomUUID(),
  correctsInvoiceId: id,
});

const draftOf = (): Draft => ({
  kind: "INVOICE",
  bookingId: randomUUID(),
  paymentId: randomUUID(),
  clientId: randomUUID(),
  visitAt: "2026-12-02T13:30:00.000Z",
  lines: [{ description: "Alisado largo", quantity: 1, base: "15126050", ivaPercent: 19, iva: "2873950", total: "18000000" }],
  currency: "COP",
  client: { name: "Ana", email: "ana@example.com" },
});
