import { expect, test } from "@jest/globals";
import { InvoiceService, NumberingRange_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, mails, makeDue, signUp, sql, until } from "@lacio/testkit/testing";
import { expectSoldOnce, invoicesOf, mailsWith, sold, statusOf, told, type Sale } from "./invariants.ts";
import { quiet } from "./quiet.ts";
import { at, book, openSalon, pay, type Salon } from "./salon.ts";

let system: System;
let salon: Salon;
let hour = 8;

await beforeTests(
  async () => {
    system = await startSystem({ fsync: false });
    salon = await openSalon(system);
    await leaveExpiredRange("OLD");
  },
  () => system?.stop(),
);

async function openRange(prefix: string, toNumber: bigint): Promise<void> {
  const invoices = clientFor(InvoiceService, system, await adminToken(system));
  const validity = { validFrom: "2019-01-19", validUntil: "2030-01-19" };
  await invoices.createNumberingRange({
    kind: NumberingRange_Kind.INVOICE,
    resolution: "18760000001",
    prefix,
    fromNumber: 1n,
    toNumber,
    ...validity,
  });
}

/** An expired range, inserted by SQL because the API refuses one in the past. */
async function leaveExpiredRange(prefix: string): Promise<void> {
  await sql(
    system,
    "invoice",
    `insert into numbering_range (id, kind, resolution, prefix, from_number, to_number, next_number, valid_from, valid_until, created_at)
     values ($1, 'INVOICE', '18760000000', $2, 1, 100, 1, '2019-01-19', '2021-01-19', '2019-01-19')`,
    [crypto.randomUUID(), prefix],
  );
}

async function sell(): Promise<Sale> {
  const client = await signUp(system);
  const { bookingId } = await book(system, client, salon, at(1, `${String(hour++).padStart(2, "0")}:00`));
  await pay(system, client, bookingId);
  return { bookingId, email: client.email };
}

const inOrder: string[] = [];
const waiting: Sale[] = [];
const alarms = () =>
  system
    .logs("invoice")
    .split("\n")
    .filter((line) => line.includes('"level":"error"'));

test("numbers whose days are over are as good as none: the invoice waits, and whoever runs the salon is alarmed", async () => {
  const sale = await sell();
  await until(async () => (await told(system, "invoice.delayed", sale.bookingId)) === 1);
  await system.process("invoice").restart();
  await until(async () => (await metrics()).includes('lacio_invoices_waiting{kind="INVOICE"} 1'));
  expect(await metrics()).toContain('lacio_invoice_numbers_left{kind="INVOICE"} 0');
  await makeDue(system, "invoice", "watch-numbers");
  await until(() => alarms().at(-1)?.includes("documents wait for a numbering range: open a new one"));
  await openRange("FIN", 2n);
  inOrder.push(await sold(system, sale));
});

test("the last number of the range is issued", async () => {
  inOrder.push(await sold(system, await sell()));
  expect(inOrder).toEqual(["FIN1", "FIN2"]);
});

test("after it bookings are confirmed as ever, and the mail says so without an invoice", async () => {
  for (let n = 0; n < 2; n++) {
    const sale = await sell();
    waiting.push(sale);
    const mail = await until(async () => (await mails(system, sale.email)).find(({ subject }) => subject.startsWith("Cita confirmada")));
    expect(mail.attachments.map(({ name }) => name)).toEqual(["cita.ics"]);
    expect(await statusOf(system, sale.bookingId)).toBe("CONFIRMED");
    expect(await told(system, "invoice.delayed", sale.bookingId)).toBe(1);
    expect(await invoicesOf(system, sale.bookingId)).toEqual([]);
  }
});

test("whoever runs the salon is alarmed, in the log and by a metric, also after a restart", async () => {
  for (const { bookingId } of waiting)
    expect(alarms().find((line) => line.includes(bookingId))).toContain(
      "no invoice number is left or valid: the invoice waits for a new range",
    );
  await system.process("invoice").restart();
  await until(async () => (await metrics()).includes('lacio_invoices_waiting{kind="INVOICE"} 2'));
  expect(await metrics()).toContain('lacio_invoice_numbers_left{kind="INVOICE"} 0');
  await makeDue(system, "invoice", "watch-numbers");
  await until(() => alarms().at(-1)?.includes("documents wait for a numbering range: open a new one"));
});

test("a new range heals it: what waited is numbered in its order and mailed", async () => {
  await openRange("NEW", 100n);
  for (const sale of waiting) inOrder.push(await sold(system, sale));
  expect(inOrder).toEqual(["FIN1", "FIN2", "NEW1", "NEW2"]);
  expect(await sold(system, await sell())).toBe("NEW3");
  await quiet(system);
  for (const sale of waiting) {
    await expectSoldOnce(system, sale);
    expect(await told(system, "invoice.delayed", sale.bookingId)).toBe(1);
    expect(await mailsWith(system, sale.email, (await invoicesOf(system, sale.bookingId))[0]!.number_text)).toHaveLength(1);
    const files = (await mails(system, sale.email)).flatMap(({ attachments }) => attachments);
    const pdf = files.find(({ name }) => name.endsWith(".pdf"));
    expect(pdf!.bytes.subarray(0, 5).toString()).toBe("%PDF-");
  }
  expect(await sql(system, "invoice", "select 1 from pending_invoice")).toEqual([]);
});

const metrics = async () => (await fetch(`${system.urls["invoice-ops"]}/metrics`)).text();
