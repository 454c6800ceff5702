import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { serviceNames } from "@lacio/testkit/environment";
import { startSystem, type System } from "@lacio/testkit/system";
import { signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { expectNoOverlap, expectSoldOnce, invoicesOf, mailsWith, price, sold, statusOf, told, type Sale } from "./invariants.ts";
import { awaitsAck, inStream } from "./kills/stream.ts";
import { provider } from "./provider.ts";
import { quiet } from "./quiet.ts";
import { rest, type Answer } from "./rest.ts";
import { at, decide, ensureNumbering, openSalon, type Salon } from "./salon.ts";

let system: System;
let salon: Salon;
let client: SignedIn;
const sales: (Sale & { mails?: number })[] = [];
const refunds: Sale[] = [];
const failpoints = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-failpoints-"));
const failpointsOf = (service: string) => path.join(failpoints, service);

// A short ack wait, so that events of a killed process are redelivered soon; otherwise defaults. No supervisor restarts processes.
await beforeTests(
  async () => {
    system = await startSystem({
      fsync: false,
      env: { EVENT_ACK_WAIT_MS: "2000", ACCESS_TOKEN_MINUTES: "60" },
      serviceEnv: Object.fromEntries(
        serviceNames.map((name) => [name, { LACIO_FAILPOINTS_FILE: failpointsOf(name), JOB_LEASE_SECONDS: "5", MAIL_LEASE_SECONDS: "5" }]),
      ),
    });
    await ensureNumbering(system);
    salon = await openSalon(system);
    client = await signUp(system);
  },
  async () => {
    await system?.stop();
    fs.rmSync(failpoints, { recursive: true });
  },
);

// Restores the system, so that a failed test does not fail the others.
afterEach(async () => {
  for (const name of serviceNames) disarm(name);
  for (const name of everything) if (!system.process(name).running) await startAgain(name);
});

const everything = ["postgres", "nats", "redis", "edge", "stripe-sandbox", ...serviceNames];

// ---- a client that retries

const patience = { timeoutMs: 60_000 };

async function answered<T>(call: () => Promise<Answer<T>>): Promise<T> {
  return until(async () => {
    const { status, body } = await call();
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body as T & object;
  }, patience);
}

const mine = () => rest(system, client.accessToken);
let starts = 0;

async function bookSlot(): Promise<Sale> {
  const day = 1 + Math.floor(starts / 12);
  const start = at(day, `${String(8 + (starts++ % 12)).padStart(2, "0")}:00`);
  const wish = { serviceId: salon.serviceId, staffId: salon.staffIds[0], desiredStart: start.toISOString() };
  const key = { "idempotency-key": crypto.randomUUID() };
  const { bookingId } = await answered(() => mine().post<{ bookingId: string }>("/v1/bookings", wish, key));
  return { bookingId, email: client.email };
}

async function checkoutOf({ bookingId }: Sale): Promise<string> {
  const { checkoutUrl } = await answered(() => mine().post<{ checkoutUrl: string }>(`/v1/bookings/${bookingId}/pay`));
  return checkoutUrl;
}

const approve = (checkoutUrl: string) => until(() => decide(checkoutUrl, "approve"), patience);

const cancel = ({ bookingId }: Sale) => answered(() => mine().post<object>(`/v1/bookings/${bookingId}/cancel`));

async function sell(): Promise<Sale> {
  const sale = await bookSlot();
  await approve(await checkoutOf(sale));
  await sold(system, sale);
  return sale;
}

// ---- accidents

/** Arms a failpoint in the running process; returns a function that waits until it has died there. */
function armed(service: string, failpoint: string): () => Promise<void> {
  const process = system.process(service);
  fs.writeFileSync(failpointsOf(service), `${failpoint}=kill`);
  return async () => void (await until(() => !process.running, { timeoutMs: 30_000 }));
}

const disarm = (service: string) => fs.rmSync(failpointsOf(service), { force: true });

// PostgreSQL refuses to start while backends of the killed postmaster are still alive.
async function startAgain(name: string): Promise<void> {
  disarm(name);
  const process = system.process(name);
  await until(() => process.restart().then(() => true), patience);
}

describe("a paid booking ends confirmed, with one invoice and one mail, when", () => {
  const facts = { payments: "payments.succeeded", booking: "booking.paid", invoice: "invoice.issued" };

  test.each(Object.entries(facts))("%s dies after the commit of %s, before it is published", async (service, subject) => {
    const { sale, dead } = await dieOnTheWay(service, "outbox.after_commit_before_publish");
    await dead();
    expect(await unpublished(service, subject, sale)).toHaveLength(1);
    expect(await inStream(system, subject, await unpublished(service, subject, sale))).toBe(false);
    await startAgain(service);
    await sold(system, sale);
  });

  test.each(Object.entries(facts))("%s dies after %s is published, before it is marked so", async (service, subject) => {
    const { sale, dead } = await dieOnTheWay(service, "outbox.after_publish_before_mark");
    await dead();
    expect(await inStream(system, subject, await unpublished(service, subject, sale))).toBe(true);
    await startAgain(service);
    await sold(system, sale);
  });

  test.each([
    ["booking", "PAYMENTS", "select 1 from booking where id = $1 and status = 'CONFIRMED'"],
    ["invoice", "BOOKING", "select 1 from invoice where booking_id = $1"],
    ["notification", "BOOKING", "select 1 from notification where booking_id = $1"],
  ])("%s dies after the effect of an event of %s, before it is acknowledged", async (service, stream, effect) => {
    const { sale, dead } = await dieOnTheWay(service, "events.after_effect_before_ack");
    await dead();
    expect(await sql(system, service, effect, [sale.bookingId])).not.toEqual([]);
    expect(await awaitsAck(system, stream, service)).toBe(true);
    await startAgain(service);
    await sold(system, sale);
  });

  test("booking dies after it took the slot, before it answers: the client's next try, by the same key, finds the same booking", async () => {
    await quiet(system);
    const before = await bookingIds();
    const dead = armed("booking", "booking.after_claim");
    const booked = bookSlot();
    await dead();
    const made = (await bookingIds()).filter((id) => !before.includes(id));
    expect(made).toHaveLength(1);
    await startAgain("booking");
    const sale = await booked;
    sales.push(sale);
    expect(sale.bookingId).toBe(made[0]);
    await approve(await checkoutOf(sale));
    await sold(system, sale);
  });

  test("payments dies between the receipt of a webhook and its effect", async () => {
    const { sale, dead } = await dieOnTheWay("payments", "webhook.after_receipt");
    await dead();
    expect(await sql(system, "payments", "select 1 from provider_event where processed_at is null")).not.toEqual([]);
    expect(await told(system, "payments.succeeded", sale.bookingId)).toBe(0);
    await startAgain("payments");
    await sold(system, sale);
  });

  test("notification dies after the mail server took the mail: at most two mails, with the same Message-ID", async () => {
    const { sale, checkoutUrl } = await toTheCheckout(2);
    await system.process("invoice").kill(); // the client's mail waits for the invoice, the stylist's goes first
    await approve(checkoutUrl);
    await until(async () => (await mailsOf(sale, "SENT")).includes("stylist_new_booking"));
    const dead = armed("notification", "mail.after_accept");
    await startAgain("invoice");
    await dead();
    expect(await mailsOf(sale, "PENDING")).toEqual(["booking_confirmed"]);
    const [invoice] = await invoicesOf(system, sale.bookingId);
    expect(await mailsWith(system, sale.email, invoice!.number_text)).toHaveLength(1);
    await startAgain("notification");
    await until(async () => (await mailsOf(sale, "SENT")).includes("booking_confirmed"), patience);
  });

  test.each([...serviceNames, "nats", "postgres", "redis", "edge", "stripe-sandbox"])(
    "%s is killed between any two steps",
    async (name) => {
      const crash = async () => {
        await system.process(name).kill();
        return startAgain(name);
      };
      await quiet(system); // or this kill would repeat a mail of the sale before
      // The next step does not wait for the restart: the client retries until it is answered.
      let back = crash();
      const sale = await bookSlot();
      // A kill between the mail server's acceptance and its commit in the database repeats the mail, with the same Message-ID.
      sales.push({ ...sale, mails: ["notification", "postgres"].includes(name) ? 2 : 1 });
      await back;
      back = crash();
      const checkoutUrl = await checkoutOf(sale);
      await back;
      await crash();
      await approve(checkoutUrl);
      await crash();
      await sold(system, sale);
    },
  );

  test("the power goes just after the payment", async () => {
    await quiet(system);
    const { sale, checkoutUrl } = await toTheCheckout(2);
    await approve(checkoutUrl);
    await Promise.all(everything.toReversed().map((name) => system.process(name).kill()));
    await Promise.all(everything.map(startAgain));
    await sold(system, sale);
  });
});

describe("a cancelled booking is refunded once, when payments dies", () => {
  test.each<[string, string, string]>([
    ["before it acknowledged the cancellation", "events.after_effect_before_ack", "select 1 from refund where payment_id = $1"],
    [
      "after the provider made the refund",
      "refund.after_provider_before_settle",
      "select 1 from refund where payment_id = $1 and settled_at is null",
    ],
  ])("%s", async (_, failpoint, evidence) => {
    const sale = await sell();
    refunds.push(sale);
    const dead = armed("payments", failpoint);
    await cancel(sale);
    await dead();
    const [payment] = await sql<{ id: string }>(system, "payments", "select id from payment where booking_id = $1", [sale.bookingId]);
    expect(await sql(system, "payments", evidence, [payment!.id])).toHaveLength(1);
    const made = failpoint.startsWith("refund.") ? [price] : [];
    expect((await provider(system).money(sale.bookingId)).refunded).toEqual(made);
    await startAgain("payments");
    await until(async () => (await told(system, "payments.refunded", sale.bookingId)) > 0, patience);
  });
});

test("when all is quiet, every booking has exactly one of everything", async () => {
  await quiet(system);
  expect(await bookingIds()).toEqual([...sales, ...refunds].map(({ bookingId }) => bookingId).toSorted());
  for (const { mails, ...sale } of sales) await expectSoldOnce(system, sale, { mails });
  for (const { bookingId } of refunds) {
    expect(await statusOf(system, bookingId)).toBe("CANCELLED");
    expect(await provider(system).money(bookingId)).toEqual({ received: [price], refunded: [price] });
    expect(await told(system, "payments.refunded", bookingId)).toBe(1);
    expect((await invoicesOf(system, bookingId)).map(({ kind }) => kind)).toEqual(["INVOICE", "CREDIT_NOTE"]);
  }
  const [numbers] = await sql(
    system,
    "invoice",
    "select count(*)::int, max(number) - min(number) + 1 as span from invoice where kind = 'INVOICE'",
  );
  expect(numbers).toEqual({ count: sales.length + refunds.length, span: String(sales.length + refunds.length) });
  for (const service of serviceNames) expect(await sql(system, service, "select subject, error from dead_letter")).toEqual([]);
  await expectNoOverlap(system);
});

// ---- between two steps

async function toTheCheckout(mails = 1): Promise<{ sale: Sale; checkoutUrl: string }> {
  const sale = await bookSlot();
  sales.push({ ...sale, mails });
  return { sale, checkoutUrl: await checkoutOf(sale) };
}

/** Arms a service's failpoint just before the client approves the payment. */
async function dieOnTheWay(service: string, failpoint: string): Promise<{ sale: Sale; dead: () => Promise<void> }> {
  await quiet(system); // or an older booking's event would trigger it
  const { sale, checkoutUrl } = await toTheCheckout(service === "notification" ? 2 : 1);
  await until(async () => (await told(system, "booking.created", sale.bookingId)) === 1 && (await unpublished("booking")).length === 0);
  const dead = armed(service, failpoint);
  await approve(checkoutUrl);
  return { sale, dead };
}

async function bookingIds(): Promise<string[]> {
  return (await sql<{ id: string }>(system, "booking", "select id from booking order by id")).map(({ id }) => id);
}

async function unpublished(service: string, subject?: string, sale?: Sale): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    system,
    service,
    "select id from outbox where published_at is null and ($1::text is null or subject = $1) and ($2::text is null or key = $2)",
    [subject ?? null, sale?.bookingId ?? null],
  );
  return rows.map(({ id }) => id);
}

async function mailsOf({ bookingId }: Sale, status: string): Promise<string[]> {
  const text = "select kind from notification where booking_id = $1 and status = $2";
  return (await sql<{ kind: string }>(system, "notification", text, [bookingId, status])).map(({ kind }) => kind);
}
