import { beforeEach, describe, expect, test } from "@jest/globals";
import { Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import { BookingCancelledSchema, BookingPaymentDeclinedSchema, BookingReassignedSchema } from "@lacio/proto/booking/v1/events";
import { PaymentRefunded_Cause as Cause, PaymentRefundedSchema, PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import { v7 as uuidv7 } from "uuid";
import { beforeTests } from "@lacio/testkit/before-tests";
import { until } from "@lacio/testkit/testing/until";
import { reasonOf, startPaymentsSystem, type PaymentsSystem } from "../testing/payments-system.ts";

let system: PaymentsSystem;
await beforeTests(
  async () => void (system = await startPaymentsSystem("payments-refunds", { RECONCILE_SECONDS: "3600" })),
  () => system?.stop(),
);
beforeEach(() => system.faults({}));

const cop = (minorUnits: bigint) => ({ currencyCode: "COP", minorUnits });
const price = 18_000_000n;
const shown = async (paymentId: string) => (await system.asAdmin.getPayment({ paymentId })).payment!;
const refundsAtStripe = async (paymentId: string) =>
  (await system.atStripe()).refunds.filter(({ metadata }) => metadata?.payment_id === paymentId);
const refundedTo = (paymentId: string, minorUnits: bigint) =>
  until(async () => (await shown(paymentId)).refunded?.minorUnits === minorUnits);

async function depositOf(paymentId: string): Promise<string> {
  const [row] = await system.sql<{ deposit: string }>(
    "select sum(credit) - sum(debit) as deposit from ledger_entry where payment_id = $1 and account = 'client_deposits'",
    [paymentId],
  );
  return row!.deposit;
}

describe("RefundPayment", () => {
  test("gives a part back, then the rest, and never more", async () => {
    const { bookingId, paymentId } = await system.paid();
    await system.asAdmin.refundPayment({ paymentId, amount: cop(5_000_000n), reason: "courtesy" });
    await refundedTo(paymentId, 5_000_000n);
    expect((await shown(paymentId)).status).toBe(Payment_Status.PARTLY_REFUNDED);
    expect(await depositOf(paymentId)).toBe("13000000");

    const tooMuch = { paymentId, amount: cop(13_000_001n), reason: "more" };
    expect(await reasonOf(system.asAdmin.refundPayment(tooMuch))).toBe("refund_too_large");
    await system.asAdmin.refundPayment({ paymentId, reason: "all" });
    await refundedTo(paymentId, price);
    expect((await shown(paymentId)).status).toBe(Payment_Status.REFUNDED);
    expect(await depositOf(paymentId)).toBe("0");
    expect(await reasonOf(system.asAdmin.refundPayment({ paymentId, reason: "again" }))).toBe("nothing_to_refund");

    const told = await system.told(PaymentRefundedSchema, bookingId);
    expect(told).toMatchObject([
      { paymentId, clientId: system.client.id, amount: cop(5_000_000n), cause: Cause.ADMIN },
      { paymentId, amount: cop(13_000_000n), cause: Cause.ADMIN },
    ]);
  });

  test("ten at once for more than half: one wins", async () => {
    const { paymentId } = await system.paid();
    const calls = Array.from({ length: 10 }, () => system.asAdmin.refundPayment({ paymentId, amount: cop(10_000_000n), reason: "race" }));
    const reasons = await Promise.all(calls.map(reasonOf));
    expect(reasons.filter((reason) => reason === "answered")).toHaveLength(1);
    expect(new Set(reasons)).toEqual(new Set(["answered", "refund_too_large"]));
    await refundedTo(paymentId, 10_000_000n);
  });

  test("the same Idempotency-Key is the same refund", async () => {
    const { paymentId } = await system.paid();
    const headers = { "idempotency-key": uuidv7() };
    const request = { paymentId, amount: cop(1_000_000n), reason: "once" };
    const first = await system.asAdmin.refundPayment(request, { headers });
    expect(await system.asAdmin.refundPayment(request, { headers })).toEqual(first);
    await refundedTo(paymentId, 1_000_000n);
    expect(await refundsAtStripe(paymentId)).toHaveLength(1);
  });

  test("refuses what makes no sense", async () => {
    const { paymentId } = await system.paid();
    const refund = (wishes: object) => reasonOf(system.asAdmin.refundPayment({ paymentId, reason: "test", ...wishes }));
    expect(await refund({ amount: { currencyCode: "USD", minorUnits: 1n } })).toBe("invalid_argument");
    expect(await refund({ amount: cop(0n) })).toBe("invalid_argument");
    expect(await refund({ amount: cop(-1n) })).toBe("invalid_argument");
    expect(await refund({ reason: "" })).toBe("invalid_argument");
    expect(await refund({ reason: "a\0b" })).toBe("invalid_argument");
    expect(await refund({ paymentId: uuidv7() })).toBe("not_found");
    const unpaid = await system.asClient.startPayment({ bookingId: system.book() });
    expect(await refund({ paymentId: unpaid.paymentId })).toBe("not_paid");
  });
});

describe("a fact from booking", () => {
  test("booking.cancelled gives the policy's share back, however often it comes", async () => {
    const { bookingId, paymentId } = await system.paid();
    const fact = { bookingId, clientId: system.client.id, paymentId, refund: cop(9_000_000n), by: Cancellation_By.CLIENT };
    const id = await system.publish(BookingCancelledSchema, bookingId, fact);
    await system.publish(BookingCancelledSchema, bookingId, fact, id);
    await refundedTo(paymentId, 9_000_000n);
    const another = await system.publish(BookingCancelledSchema, bookingId, fact);
    await until(async () => (await system.sql("select 1 from inbox where event_id = $1", [another])).length === 1);
    expect(await system.sql("select 1 from refund where payment_id = $1", [paymentId])).toHaveLength(1);
    expect(await refundsAtStripe(paymentId)).toHaveLength(1);
  });

  test("booking.cancelled without a share gives nothing back", async () => {
    const { bookingId, paymentId } = await system.paid();
    const id = await system.publish(BookingCancelledSchema, bookingId, { bookingId, paymentId, refund: cop(0n) });
    await until(async () => (await system.sql("select 1 from inbox where event_id = $1", [id])).length === 1);
    expect(await system.sql("select 1 from refund where payment_id = $1", [paymentId])).toEqual([]);
  });

  test("booking.reassigned gives back what the substitute takes less, once per loss, and a later cancellation the rest", async () => {
    const { bookingId, paymentId } = await system.paid();
    const lose = (lossId: string, minorUnits?: bigint) => {
      const refund = minorUnits === undefined ? undefined : cop(minorUnits);
      return system.publish(BookingReassignedSchema, bookingId, { bookingId, paymentId, clientId: system.client.id, lossId, refund });
    };
    const lossId = uuidv7();
    const events = [await lose(lossId, 2_000_000n), await lose(lossId, 2_000_000n), await lose(uuidv7()), await lose(uuidv7(), 1_000_000n)];
    await until(async () => (await system.sql("select 1 from inbox where event_id = any($1)", [events])).length === events.length);
    await refundedTo(paymentId, 3_000_000n);
    const told = await system.told(PaymentRefundedSchema, bookingId);
    const facts = told.map(({ amount, cause, takenFromSale }) => [amount?.minorUnits, cause, takenFromSale?.minorUnits]);
    const because = [Cause.BOOKING_REASSIGNED];
    expect(facts.sort()).toEqual([
      [1_000_000n, ...because, 1_000_000n],
      [2_000_000n, ...because, 2_000_000n],
    ]);
    await system.publish(BookingCancelledSchema, bookingId, { bookingId, paymentId, refund: cop(15_000_000n) });
    await refundedTo(paymentId, price);
    expect(await refundsAtStripe(paymentId)).toHaveLength(3);
  });

  test("booking.payment_declined gives everything back that was not given back yet", async () => {
    const { bookingId, paymentId } = await system.paid();
    await system.asAdmin.refundPayment({ paymentId, amount: cop(1_000_000n), reason: "before" });
    await refundedTo(paymentId, 1_000_000n); // one on its way could be overtaken: what is not given back yet would then be all
    const fact = { bookingId, paymentId, clientId: system.client.id, reason: "slot_taken" };
    await system.publish(BookingPaymentDeclinedSchema, bookingId, fact);
    await refundedTo(paymentId, price);
    await system.publish(BookingPaymentDeclinedSchema, bookingId, fact);
    const told = await until(async () => {
      const facts = await system.told(PaymentRefundedSchema, bookingId);
      return facts.length === 2 && facts;
    });
    expect(told.map(({ cause }) => cause).sort()).toEqual([Cause.PAYMENT_DECLINED, Cause.ADMIN]);
  });
});

describe("exactly one refund reaches the client when", () => {
  async function refundOnce(paymentId: string) {
    await refundedTo(paymentId, price);
    expect(await refundsAtStripe(paymentId)).toHaveLength(1);
    expect(await depositOf(paymentId)).toBe("0");
  }

  test("we are killed between the provider's answer and our books", async () => {
    const { paymentId } = await system.paid();
    await system.faults({ webhooks: "drop" });
    await system.process("payments").restart({ LACIO_FAILPOINTS: "refund.after_provider_before_settle=kill" });
    await system.asAdmin.refundPayment({ paymentId, reason: "kill" });
    await until(() => !system.process("payments").running);
    expect(await refundsAtStripe(paymentId)).toHaveLength(1);
    await system.process("payments").restart({ LACIO_FAILPOINTS: "" });
    await refundOnce(paymentId);
  });

  test.each<[string, object]>([
    ["the provider's answer is a failure after the fact, remembered for ever", { failNext: 1, afterEffect: true }],
    ["the connection breaks after the fact", { failNext: 3, afterEffect: true, hangUp: true }],
    ["the provider fails before the fact", { failNext: 4 }],
    ["the provider is busy", { failNext: 1, status: 429 }],
  ])("%s", async (_, api) => {
    const { paymentId } = await system.paid();
    await system.faults({ webhooks: "drop", api });
    await system.asAdmin.refundPayment({ paymentId, reason: "fault" });
    await refundOnce(paymentId);
  });

  test("the provider is away for a while", async () => {
    const { paymentId } = await system.paid();
    await system.process("stripe-sandbox").kill();
    await system.asAdmin.refundPayment({ paymentId, reason: "away" });
    await until(async () => (await system.sql("select 1 from refund where payment_id = $1 and tries > 0", [paymentId])).length === 1);
    await system.process("stripe-sandbox").restart();
    await refundOnce(paymentId);
  });

  test("the provider refused the first one: that one failed, and another can be asked for", async () => {
    const { paymentId } = await system.paid();
    await system.sql("update payment set intent_id = intent_id || '-away' where id = $1", [paymentId]);
    await system.asAdmin.refundPayment({ paymentId, reason: "unknown intent" });
    const row = await until(
      async () =>
        (await system.sql<{ failure: string }>("select failure from refund where payment_id = $1 and status = 'FAILED'", [paymentId]))[0],
    );
    expect(row.failure).toMatch(/^Stripe 404 invalid_request_error resource_missing payment_intent req_\w+$/);
    await system.sql("update payment set intent_id = replace(intent_id, '-away', '') where id = $1", [paymentId]);
    await system.asAdmin.refundPayment({ paymentId, reason: "again" });
    await refundOnce(paymentId);
  });
});

describe("Reconcile", () => {
  test("asks about everything pending, now, and repairs once however many ask", async () => {
    const bookingId = system.book();
    const { paymentId, checkoutUrl } = await system.asClient.startPayment({ bookingId });
    await system.faults({ webhooks: "drop" });
    await system.decide(checkoutUrl, "approve");
    const answers = await Promise.all(Array.from({ length: 5 }, () => system.asAdmin.reconcile({})));
    expect(answers[0]!.checked).toBeGreaterThanOrEqual(1);
    expect(answers.reduce((sum, { repaired }) => sum + repaired, 0)).toBe(1);
    expect((await shown(paymentId)).status).toBe(Payment_Status.SUCCEEDED);
    expect(await system.told(PaymentSucceededSchema, bookingId)).toHaveLength(1);
    expect((await system.asAdmin.reconcile({})).repaired).toBe(0);
  });
});
