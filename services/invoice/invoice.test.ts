import { beforeAll, describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Client } from "@connectrpc/connect";
import { fact } from "@lacio/chassis/fact";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { BookingPaidSchema } from "@lacio/proto/booking/v1/events";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { Invoice_Kind, InvoiceService, NumberingRange_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { bookingCode } from "@lacio/salon/booking-code";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { aLine, startBookingStandIn, type BookingStandIn } from "@lacio/testkit/booking-stand-in";
import { startPublisher } from "@lacio/testkit/publisher";

const dir = ".lacio/test/invoice";
let system: System;
let booking: BookingStandIn;
let publisher: Awaited<ReturnType<typeof startPublisher>>;
let client: SignedIn;
let admin: Client<typeof InvoiceService>;
let mine: Client<typeof InvoiceService>;

await beforeTests(
  async () => {
    rmSync(dir, { recursive: true, force: true });
    booking = await startBookingStandIn();
    system = await startSystem({
      dir,
      services: ["auth", "users", "invoice"],
      edge: false,
      stripe: false,
      fsync: false,
      serviceEnv: { invoice: { BOOKING_URL: booking.url } },
    });
    publisher = await startPublisher(system.urls.nats!);
    client = await signUp(system, { name: "María Fernanda Ñúñez" });
    admin = clientFor(InvoiceService, system, await adminToken(system));
    mine = clientFor(InvoiceService, system, client.accessToken);
  },
  async () => {
    await publisher?.stop();
    await system?.stop();
    await booking?.stop();
  },
);

const range = (prefix: string, fromNumber: bigint, toNumber: bigint, kind = NumberingRange_Kind.INVOICE) => ({
  kind,
  resolution: kind === NumberingRange_Kind.INVOICE ? "18760000001" : "",
  prefix,
  fromNumber,
  toNumber,
  validFrom: "2026-01-01",
  validUntil: "2099-12-31",
});

describe("without a number left", () => {
  test("the invoice waits, everybody hears of it, and a new range heals it; the last number is issued, the next waits", async () => {
    const first = await pay();
    await until(async () => (await facts("invoice.delayed")).length === 1);
    await expect(reason(admin.generateInvoice({ bookingId: first.bookingId }))).resolves.toBe("no_invoice_number");
    expect(await facts("invoice.delayed")).toHaveLength(1);
    expect(system.logs("invoice")).toContain("no invoice number is left or valid");

    await admin.createNumberingRange(range("FA", 1n, 1n));
    expect(await invoiceOf(first)).toMatchObject({ number: "FA1" });

    const second = await pay();
    await until(async () => (await facts("invoice.delayed")).length === 2);
    await admin.createNumberingRange(range("FB", 1n, 900_000n));
    expect(await invoiceOf(second)).toMatchObject({ number: "FB1" });
    await until(async () => (await facts("invoice.issued")).length === 2);
    await until(async () => /lacio_invoice_numbers_left{kind="INVOICE"} \d+/.test(await metrics()));
  });
});

describe("a paid booking", () => {
  test("has one invoice, however often its event comes", async () => {
    const paid = await pay();
    const invoice = await invoiceOf(paid);
    await publisher.publish(paid.event, paid.eventId);
    await publisher.publish(paid.event);
    const last = await pay();
    await invoiceOf(last);
    const { invoices } = await mine.listInvoices({ bookingId: paid.bookingId });
    expect(invoices).toHaveLength(1);
    expect(invoice).toMatchObject({
      kind: Invoice_Kind.INVOICE,
      clientId: client.id,
      lines: [{ description: "Alisado largo", quantity: 1, ivaPercent: 19 }],
      base: { currencyCode: "COP", minorUnits: 15_126_050n },
      iva: { minorUnits: 2_873_950n },
      total: { minorUnits: 18_000_000n },
    });
    expect((await admin.generateInvoice({ bookingId: paid.bookingId })).invoice).toEqual(invoice);
    await mine.getInvoicePdf({ invoiceId: invoice.invoiceId });
    const issued = (await facts("invoice.issued")).filter(({ key }) => key === paid.bookingId);
    expect(issued).toEqual([
      {
        key: paid.bookingId,
        request_id: `request of ${paid.eventId}`,
        traceparent: expect.stringContaining(paid.eventId.replaceAll("-", "")),
      },
    ]);
  });

  test("of somebody who was erased meanwhile is invoiced to the final consumer", async () => {
    const eva = await signUp(system);
    await clientFor(UsersService, system, eva.accessToken).getMe({});
    await sql(system, "users", "update profile set name = '', email = '', phone = '', erased_at = now() where id = $1", [eva.id]);
    const { bookingId } = await pay({ publish: true, by: eva });
    const invoicer = clientFor(InvoiceService, system, eva.accessToken);
    const invoiceId = await until(async () => (await invoicer.listInvoices({ bookingId })).invoices[0]?.invoiceId);
    const [row] = await sql<{ client: object }>(system, "invoice", "select client from invoice where id = $1", [invoiceId]);
    expect(row!.client).toEqual({ name: "Consumidor final", email: "" });
    expect(Buffer.from((await until(() => invoicer.getInvoicePdf({ invoiceId }))).data.subarray(0, 5)).toString()).toBe("%PDF-");
  });

  test("is invoiced on demand too, once, though its event is on the way", async () => {
    const { bookingId, event } = await pay({ publish: false });
    const [{ invoice }] = await Promise.all([admin.generateInvoice({ bookingId }), publisher.publish(event)]);
    expect((await admin.generateInvoice({ bookingId })).invoice).toEqual(invoice);
  });

  test("survives kill -9 between the commit and the ack", async () => {
    await system.process("invoice").kill();
    const starting = system.process("invoice").restart({ LACIO_FAILPOINTS: "events.after_effect_before_ack=kill" });
    const paid = await pay();
    await Promise.allSettled([starting, until(() => !system.process("invoice").running)]);
    expect(await sql(system, "invoice", "select 1 from invoice where booking_id = $1", [paid.bookingId])).toHaveLength(1);
    await system.process("invoice").restart({ LACIO_FAILPOINTS: "" });
    await invoiceOf(paid);
    await invoiceOf(await pay());
    expect(await sql(system, "invoice", "select 1 from invoice where booking_id = $1", [paid.bookingId])).toHaveLength(1);
    await until(async () => (await facts("invoice.issued")).some(({ key }) => key === paid.bookingId));
  });

  test("an unpaid one is not invoiced, nor an unknown one", async () => {
    const { bookingId } = booking.put({ bookingId: randomUUID(), clientId: client.id, lines: [aLine()] });
    expect(await reason(admin.generateInvoice({ bookingId }))).toBe("not_paid");
    expect(await reason(admin.generateInvoice({ bookingId: randomUUID() }))).toBe("not_found");
    expect(await reason(mine.generateInvoice({ bookingId }))).toBe("forbidden");
  });
});

describe("a refund", () => {
  beforeAll(async () => {
    await admin.createNumberingRange(range("NC", 1n, 1_000n, NumberingRange_Kind.CREDIT_NOTE));
  });

  test("makes a credit note of its amount, and the next one takes the rest to the unit", async () => {
    const paid = await pay(18_000_001n);
    const invoice = await invoiceOf(paid);
    const event = refund(paid, 9_000_000n);
    await publisher.publish(event);
    await publisher.publish(event);
    const [half] = await notesOf(paid, 1);
    expect(half).toMatchObject({ total: { minorUnits: 9_000_000n }, correctsInvoiceId: invoice.invoiceId });
    expect(half!.lines[0]!.description).toBe("Devolución: Alisado largo");
    await publisher.publish(refund(paid, 9_000_001n));
    const notes = await notesOf(paid, 2);
    expect(notes.map(({ number }) => number)).toEqual(["NC2", "NC1"]);
    expect(notes.reduce((sum, { base }) => sum + base!.minorUnits, 0n)).toBe(invoice.base!.minorUnits);
    await until(async () => (await facts("invoice.credit_note_issued")).length === 2);
    const { data } = await mine.getInvoicePdf({ invoiceId: half!.invoiceId });
    expect(Buffer.from(data).toString("latin1")).toContain(`(Cita ${bookingCode(paid.bookingId)})`);
  });

  test("money: faster than its invoice, waits for it; one of a payment that was never used makes none", async () => {
    const paid = await pay({ publish: false });
    await publisher.publish(refund({ ...paid, paymentId: randomUUID() }, 100n));
    await publisher.publish(refund(paid, 18_000_000n));
    const kept = "select 1 from refund_before_invoice where payment_id = $1";
    await until(async () => (await sql(system, "invoice", kept, [paid.paymentId])).length === 1);
    await publisher.publish(paid.event, paid.eventId);
    await invoiceOf(paid);
    const notes = await notesOf(paid, 1);
    expect(notes[0]).toMatchObject({ paymentId: paid.paymentId, total: { minorUnits: 18_000_000n } });
    expect(await sql(system, "invoice", kept, [paid.paymentId])).toEqual([]);
  });

  test("money: of what was owed since an earlier one failed has its note already; only what takes from the sale has another", async () => {
    const paid = await pay(18_000_000n);
    await invoiceOf(paid);
    await publisher.publish(refund(paid, 18_000_000n)); // which the bank returned later
    await notesOf(paid, 1);
    await publisher.publish(refund(paid, 18_000_000n, 0n));
    const other = await pay(18_000_000n);
    await invoiceOf(other);
    await publisher.publish(refund(other, 10_000_000n, 4_000_000n));
    expect((await notesOf(other, 1))[0]!.total).toMatchObject({ minorUnits: 4_000_000n });
    const issued = async ({ bookingId }: Paid) => (await facts("invoice.credit_note_issued")).filter(({ key }) => key === bookingId).length;
    for (const one of [other, paid]) await until(async () => (await issued(one)) === 1);
    expect(await notesOf(paid, 1)).toHaveLength(1);
  });
});

describe("who sees what", () => {
  test("the client and ADMIN see the invoice and its PDF; for a stranger there is none", async () => {
    const { invoiceId, number } = await invoiceOf(await pay());
    let disposition: string | null = null;
    const onHeader = (header: Headers) => void (disposition = header.get("content-disposition"));
    const pdf = await mine.getInvoicePdf({ invoiceId }, { onHeader });
    expect(pdf.contentType).toBe("application/pdf");
    expect(Buffer.from(pdf.data).subarray(0, 5).toString()).toBe("%PDF-");
    expect(disposition).toBe(`inline; filename="${number}.pdf"`);
    expect((await admin.getInvoicePdf({ invoiceId })).data).toEqual(pdf.data);
    expect((await clientFor(InvoiceService, system, asService("notification", system)).getInvoice({ invoiceId })).invoice?.number).toBe(
      number,
    );

    const stranger = clientFor(InvoiceService, system, (await signUp(system)).accessToken);
    expect(await reason(stranger.getInvoice({ invoiceId }))).toBe("not_found");
    expect(await reason(stranger.getInvoicePdf({ invoiceId }))).toBe("not_found");
    expect(await reason(stranger.listInvoices({ clientId: client.id }))).toBe("forbidden");
    expect((await stranger.listInvoices({})).invoices).toEqual([]);
  });

  test("lists are newest first, page by page, and refuse a token of another list", async () => {
    await ofOneMoment("invoice", "issued_at");
    const all = (await mine.listInvoices({ pageSize: 200 })).invoices.map(({ invoiceId }) => invoiceId);
    const read: string[] = [];
    for (let pageToken = "", page = 0; page === 0 || pageToken; page++) {
      const answer = await mine.listInvoices({ pageSize: 3, pageToken });
      read.push(...answer.invoices.map(({ invoiceId }) => invoiceId));
      pageToken = answer.nextPageToken;
    }
    expect(read).toEqual(all);
    expect(all.length).toBeGreaterThan(6);
    expect(all).toEqual(all.toSorted().reverse());
    expect((await admin.listInvoices({ clientId: client.id, pageSize: 200 })).invoices).toHaveLength(all.length);
    const wrong = Buffer.from('["x"]').toString("base64url");
    expect(await reason(mine.listInvoices({ pageToken: wrong }))).toBe("invalid_argument");
    expect(await reason(admin.listNumberingRanges({ pageToken: wrong }))).toBe("invalid_argument");
  });
});

describe("a numbering range", () => {
  test.each([
    ["that shares numbers with another of its prefix", range("FB", 900_000n, 900_001n), "range_overlaps"],
    ["whose day does not exist", { ...range("FC", 1n, 9n), validFrom: "2026-02-30" }, "invalid_argument"],
    ["of the year zero", { ...range("FC", 1n, 9n), validFrom: "0000-01-01" }, "invalid_argument"],
    ["that is over", { ...range("FC", 1n, 9n), validUntil: "2026-01-02" }, "invalid_argument"],
    ["without its resolution", { ...range("FC", 1n, 9n), resolution: "" }, "invalid_argument"],
    ["that runs backwards", range("FC", 9n, 1n), "invalid_argument"],
  ])("%s is refused", async (_, request, expected) => {
    expect(await reason(admin.createNumberingRange(request))).toBe(expected);
  });

  test("is listed with its next number", async () => {
    const { ranges } = await admin.listNumberingRanges({});
    expect(ranges.map(({ prefix }) => prefix)).toEqual(["FA", "FB", "NC"]);
    await ofOneMoment("numbering_range", "created_at");
    const first = await admin.listNumberingRanges({ pageSize: 1 });
    const second = await admin.listNumberingRanges({ pageSize: 1, pageToken: first.nextPageToken });
    const third = await admin.listNumberingRanges({ pageSize: 1, pageToken: second.nextPageToken });
    expect([...first.ranges, ...second.ranges, ...third.ranges]).toEqual(ranges);
    expect(third.nextPageToken).toBe("");
    expect(ranges[0]).toMatchObject({ fromNumber: 1n, toNumber: 1n, nextNumber: 2n, validUntil: "2099-12-31" });
    expect(ranges[1]!.nextNumber).toBeGreaterThan(2n);
    expect(await reason(mine.listNumberingRanges({}))).toBe("forbidden");
  });

  test("is opened once, however many ask at once for its numbers", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => reason(admin.createNumberingRange(range("FR", 1n, 9n, NumberingRange_Kind.CREDIT_NOTE)))),
    );
    expect(outcomes.sort()).toEqual([...Array<string>(11).fill("range_overlaps"), undefined]);
    expect(system.logs("postgres")).not.toContain("deadlock");
  });

  test("numbers invoices without a gap through all of the above", async () => {
    const gaps = await sql(
      system,
      "invoice",
      `select 1 from numbering_range r where next_number - from_number <> (select count(*) from invoice i
       where i.range_id = r.id and i.number between r.from_number and r.next_number - 1)`,
    );
    expect(gaps).toEqual([]);
  });
});

type Paid = { bookingId: string; paymentId: string };

async function pay(how: bigint | { publish: boolean; by?: SignedIn } = { publish: true }) {
  const lines = [aLine(typeof how === "bigint" ? how : undefined)];
  const { id: clientId } = (typeof how === "object" && how.by) || client;
  const paid = { bookingId: randomUUID(), paymentId: randomUUID(), clientId, lines };
  booking.put({ ...paid, status: Booking_Status.CONFIRMED });
  const event = fact(BookingPaidSchema, paid.bookingId, { ...paid, price: lines[0]!.price, paidAt: timestampFromDate(new Date()) });
  const eventId = randomUUID();
  if (typeof how === "bigint" || how.publish) await publisher.publish(event, eventId);
  return { ...paid, event, eventId };
}

const refund = ({ bookingId, paymentId }: Paid, minorUnits: bigint, sale = minorUnits) =>
  fact(PaymentRefundedSchema, paymentId, {
    refundId: randomUUID(),
    paymentId,
    bookingId,
    clientId: client.id,
    amount: { currencyCode: "COP", minorUnits },
    takenFromSale: { currencyCode: "COP", minorUnits: sale },
  });

function invoiceOf({ bookingId }: Paid) {
  return until(async () => {
    const { invoices } = await mine.listInvoices({ bookingId });
    return invoices.find(({ kind }) => kind === Invoice_Kind.INVOICE);
  });
}

function notesOf({ bookingId }: Paid, count: number) {
  return until(async () => {
    const { invoices } = await mine.listInvoices({ bookingId });
    const notes = invoices.filter(({ kind }) => kind === Invoice_Kind.CREDIT_NOTE);
    return notes.length === count && notes;
  });
}

const facts = (subject: string) =>
  sql<{ key: string; request_id: string; traceparent: string }>(
    system,
    "invoice",
    "select key, request_id, traceparent from outbox where subject = $1",
    [subject],
  );

// Gives all rows one timestamp, without the triggers that freeze them: rows that tie must not get lost between two pages.
const ofOneMoment = (table: string, column: string) =>
  sql(
    system,
    "invoice",
    `alter table ${table} disable trigger user; update ${table} set ${column} = now(); alter table ${table} enable trigger user`,
  );

const metrics = async () => (await fetch(`${system.urls["invoice-ops"]}/metrics`)).text();

async function reason(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => ConnectError.from(failure),
  );
  expect(error?.code).not.toBe(Code.Internal);
  return error?.findDetails(ErrorInfoSchema)[0]?.reason;
}
