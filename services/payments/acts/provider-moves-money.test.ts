import { beforeEach, describe, expect, test } from "@jest/globals";
import { BookingCancelledSchema, BookingPaymentDeclinedSchema } from "@lacio/proto/booking/v1/events";
import {
  DisputeClosedSchema,
  PaymentDisputedSchema,
  PaymentRefunded_Cause as Cause,
  PaymentRefundedSchema,
  RefundFailedSchema,
} from "@lacio/proto/payments/v1/events";
import { Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { until } from "@lacio/testkit/testing/until";
import { atProvider } from "@lacio/stripe-sandbox/testing/at-provider";
import { startPaymentsSystem, type PaymentsSystem } from "../testing/payments-system.ts";

let system: PaymentsSystem;
let there: ReturnType<typeof atProvider>;
await beforeTests(
  async () => {
    system = await startPaymentsSystem("payments-unasked", { RECONCILE_SECONDS: "3600" });
    there = atProvider(system);
  },
  () => system?.stop(),
);
beforeEach(() => system.faults({}));

const cop = (minorUnits: bigint) => ({ currencyCode: "COP", minorUnits });
const price = 18_000_000n;
const shown = async (paymentId: string) => (await system.asAdmin.getPayment({ paymentId })).payment!;
const refundedTo = (paymentId: string, minorUnits: bigint) =>
  until(async () => (await shown(paymentId)).refunded?.minorUnits === minorUnits);
const cancelled = (bookingId: string, paymentId: string, refund = price) =>
  system.publish(BookingCancelledSchema, bookingId, { bookingId, paymentId, clientId: system.client.id, refund: cop(refund) });

/** The balance of each ledger account for a payment. */
async function balances(paymentId: string): Promise<Record<string, number>> {
  const rows = await system.sql<{ account: string; balance: string }>(
    "select account, sum(credit) - sum(debit) as balance from ledger_entry where payment_id = $1 group by account",
    [paymentId],
  );
  return Object.fromEntries(rows.map(({ account, balance }) => [account, Number(balance)]));
}

describe("money moved unasked: a refund made at the provider", () => {
  test("of a part is in the books and told; a later cancellation gives the rest", async () => {
    const { bookingId, paymentId } = await system.paid();
    await there.refund(paymentId, 3_000_000n);
    await refundedTo(paymentId, 3_000_000n);
    expect((await shown(paymentId)).status).toBe(Payment_Status.PARTLY_REFUNDED);
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -15_000_000, client_deposits: 15_000_000 });
    await cancelled(bookingId, paymentId);
    await refundedTo(paymentId, price);
    expect(await system.told(PaymentRefundedSchema, bookingId)).toMatchObject([
      { amount: cop(3_000_000n), takenFromSale: cop(3_000_000n), cause: Cause.PROVIDER, clientId: system.client.id },
      { amount: cop(15_000_000n), takenFromSale: cop(15_000_000n), cause: Cause.BOOKING_CANCELLED },
    ]);
  });

  test("of all leaves nothing for a cancellation, which booking hears", async () => {
    const { bookingId, paymentId } = await system.paid();
    await there.refund(paymentId);
    await refundedTo(paymentId, price);
    expect((await shown(paymentId)).status).toBe(Payment_Status.REFUNDED);
    await cancelled(bookingId, paymentId);
    const [failed] = await until(async () => {
      const told = await system.told(RefundFailedSchema, bookingId);
      return told.length > 0 && told;
    });
    expect(failed).toMatchObject({ nothingLeft: true, hadSucceeded: false, cause: Cause.BOOKING_CANCELLED });
  });

  test("is found by the reconciler when its webhook is lost", async () => {
    const { paymentId } = await system.paid();
    await system.faults({ webhooks: "drop" });
    await there.refund(paymentId, 3_000_000n);
    expect((await system.asAdmin.reconcile({})).repaired).toBe(1);
    expect((await shown(paymentId)).refunded).toMatchObject(cop(3_000_000n));
    expect((await system.asAdmin.reconcile({})).repaired).toBe(0);
  });

  test("counts though it is heard of before the payment itself", async () => {
    const bookingId = system.book();
    const { paymentId, checkoutUrl } = await system.asClient.startPayment({ bookingId });
    await system.faults({ webhooks: "drop" });
    await system.decide(checkoutUrl, "approve");
    const intent = (await system.atStripe()).paymentIntents.find(({ metadata }) => metadata["payment_id"] === paymentId)!;
    await there.refundIntent(intent.id, 3_000_000n);
    const { events } = await system.atStripe();
    const about = (type: string) => events.find(({ type: its, data }) => its === type && JSON.stringify(data).includes(intent.id))!.id;
    await system.resend(about("refund.created"), 1);
    await until(
      async () =>
        (await system.sql("select 1 from provider_event where error = 'unknown' and id = $1", [about("refund.created")])).length > 0,
    );
    await system.resend(about("payment_intent.succeeded"), 1);
    await refundedTo(paymentId, 3_000_000n);
  });

  test("after ours came back is found by the reconciler when no webhook told of either", async () => {
    const { bookingId, paymentId } = await system.paid();
    await cancelled(bookingId, paymentId);
    await refundedTo(paymentId, price);
    await system.faults({ webhooks: "drop" });
    await there.bank(`/refunds/${(await there.refundsOf(paymentId))[0]!.id}/fail`);
    await there.refund(paymentId, 5_000_000n);
    expect(await system.asAdmin.reconcile({})).toMatchObject({ repaired: 1, failed: 0 });
    expect(await shown(paymentId)).toMatchObject({ refunded: cop(5_000_000n), owed: cop(13_000_000n) });
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -13_000_000, client_deposits: 0, owed_to_clients: 13_000_000 });
  });

  test("makes ours smaller: what is left is asked before a refused refund gives up", async () => {
    const { bookingId, paymentId } = await system.paid();
    await system.faults({ webhooks: "drop" });
    await there.refund(paymentId, 3_000_000n);
    await cancelled(bookingId, paymentId);
    await refundedTo(paymentId, price);
    const ours = (await there.refundsOf(paymentId)).filter(({ metadata }) => metadata?.["refund_id"]);
    expect(ours.map(({ amount }) => amount)).toEqual([15_000_000]);
  });
});

test("money: what is promised does not get smaller by a refund that is on its way and then fails", async () => {
  const { bookingId, paymentId } = await system.paid();
  await system.faults({ refunds: "pending" });
  const { id } = await there.refund(paymentId, 3_000_000n);
  await until(async () => (await shown(paymentId)).refunding?.minorUnits === 3_000_000n);
  await system.faults({});
  await cancelled(bookingId, paymentId);
  // The provider has only 150 000 left, so it refuses this one, which waits.
  await until(
    async () =>
      (await system.sql("select 1 from refund where payment_id = $1 and tries > 0 and cause like 'booking%'", [paymentId])).length > 0,
  );
  expect(await shown(paymentId)).toMatchObject({ refunding: cop(price), owed: cop(0n) }); // `refunding` is at most what the payment has
  await there.bank(`/refunds/${id}/fail`);
  await refundedTo(paymentId, price);
  expect((await there.refundsOf(paymentId)).filter(({ status }) => status === "succeeded").map(({ amount }) => amount)).toEqual([
    18_000_000,
  ]);
});

describe("an outcome that is undone later: a refund", () => {
  test("that the bank sends back leaves the client a creditor; the next one passes and takes nothing from the sale again", async () => {
    const { bookingId, paymentId } = await system.paid();
    await cancelled(bookingId, paymentId, 9_000_000n);
    await refundedTo(paymentId, 9_000_000n);
    await there.bank(`/refunds/${(await there.refundsOf(paymentId))[0]!.id}/fail`);
    await refundedTo(paymentId, 0n);
    expect(await shown(paymentId)).toMatchObject({ status: Payment_Status.SUCCEEDED, owed: cop(9_000_000n) });
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -18_000_000, client_deposits: 9_000_000, owed_to_clients: 9_000_000 });
    expect(await system.told(RefundFailedSchema, bookingId)).toMatchObject([{ amount: cop(9_000_000n), hadSucceeded: true }]);

    await system.asAdmin.refundPayment({ paymentId, amount: cop(10_000_000n), reason: "another card" });
    await refundedTo(paymentId, 10_000_000n);
    expect((await system.told(PaymentRefundedSchema, bookingId)).at(-1)).toMatchObject({
      amount: cop(10_000_000n),
      takenFromSale: cop(1_000_000n),
    });
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -8_000_000, client_deposits: 8_000_000, owed_to_clients: 0 });
  });

  test("that the bank sends back stays owed when a late cancellation gives a part", async () => {
    const { bookingId, paymentId } = await system.paid();
    await system.asAdmin.refundPayment({ paymentId, amount: cop(4_000_000n), reason: "Cortesía" });
    await refundedTo(paymentId, 4_000_000n);
    await there.bank(`/refunds/${(await there.refundsOf(paymentId))[0]!.id}/fail`);
    await refundedTo(paymentId, 0n);
    await system.faults({ refunds: "pending" });
    await cancelled(bookingId, paymentId, 9_000_000n);
    const beside = { refunding: cop(9_000_000n), owed: cop(4_000_000n) };
    const { id } = await until(async () => (await there.refundsOf(paymentId)).find(({ status }) => status === "pending"));
    expect(await shown(paymentId)).toMatchObject(beside);
    await there.bank(`/refunds/${id}/succeed`);
    await refundedTo(paymentId, 9_000_000n);
    expect(await shown(paymentId)).toMatchObject({ owed: cop(4_000_000n) });
    expect((await system.told(PaymentRefundedSchema, bookingId)).map((told) => told.takenFromSale)).toMatchObject([
      cop(4_000_000n),
      cop(9_000_000n),
    ]);
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -9_000_000, client_deposits: 5_000_000, owed_to_clients: 4_000_000 });
  });

  test("that the provider cancels is told, and another can be asked for", async () => {
    const { bookingId, paymentId } = await system.paid();
    await system.faults({ refunds: "pending" });
    await cancelled(bookingId, paymentId);
    const [made] = await until(async () => {
      const refunds = await there.refundsOf(paymentId);
      return refunds.length > 0 && refunds;
    });
    await until(async () => (await shown(paymentId)).refunding?.minorUnits === price);
    await there.cancelRefund(made!.id);
    const [failed] = await until(async () => {
      const told = await system.told(RefundFailedSchema, bookingId);
      return told.length > 0 && told;
    });
    expect(failed).toMatchObject({ amount: cop(price), hadSucceeded: false, nothingLeft: false, takenFromSale: cop(price) });
    expect(await shown(paymentId)).toMatchObject({ owed: cop(price), refunding: cop(0n) });
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -18_000_000, client_deposits: 0, owed_to_clients: 18_000_000 });
    await system.faults({});
    await system.asAdmin.refundPayment({ paymentId, reason: "again" });
    await refundedTo(paymentId, price);
    expect(await system.told(PaymentRefundedSchema, bookingId)).toMatchObject([{ takenFromSale: cop(0n) }]);
  });

  test("of a payment that was never used is owed until it arrives", async () => {
    const { bookingId, paymentId } = await system.paid();
    const fact = { bookingId, paymentId, clientId: system.client.id, reason: "hold_expired" };
    await system.publish(BookingPaymentDeclinedSchema, bookingId, fact);
    await refundedTo(paymentId, price);
    await there.bank(`/refunds/${(await there.refundsOf(paymentId))[0]!.id}/fail`);
    await refundedTo(paymentId, 0n);
    expect(await balances(paymentId)).toEqual({ stripe_clearing: -18_000_000, client_deposits: 0, owed_to_clients: 18_000_000 });
    await system.asAdmin.refundPayment({ paymentId, reason: "again" });
    await refundedTo(paymentId, price);
    expect((await system.told(PaymentRefundedSchema, bookingId)).map((told) => told.takenFromSale!.minorUnits)).toEqual([0n, 0n]);
  });
});

describe("money moved unasked: a dispute", () => {
  const disputedTo = (paymentId: string, minorUnits: bigint) =>
    until(async () => (await shown(paymentId)).disputed?.minorUnits === minorUnits);

  test("keeps refunds waiting while it is open; when it is won they go out", async () => {
    const { bookingId, paymentId } = await system.paid();
    const { id } = await there.dispute(paymentId);
    await disputedTo(paymentId, price);
    expect(await balances(paymentId)).toEqual({ stripe_clearing: 0, disputes: -18_000_000, client_deposits: 18_000_000 });
    await cancelled(bookingId, paymentId);
    await until(async () => (await shown(paymentId)).refunding?.minorUnits === price);
    await there.bank(`/disputes/${id}/win`);
    await refundedTo(paymentId, price);
    expect(await shown(paymentId)).toMatchObject({ disputed: cop(0n) });
    expect(await there.refundsOf(paymentId)).toHaveLength(1);
    expect(await balances(paymentId)).toEqual({ stripe_clearing: 0, disputes: 0, client_deposits: 0 });
    expect(await system.told(PaymentDisputedSchema, bookingId)).toMatchObject([{ amount: cop(price) }]);
    expect(await system.told(DisputeClosedSchema, bookingId)).toMatchObject([{ won: true }]);
  });

  test("that is lost leaves nothing to give back, also when every word of it was lost", async () => {
    const { bookingId, paymentId } = await system.paid();
    await system.faults({ webhooks: "drop" });
    const { id } = await there.dispute(paymentId);
    await cancelled(bookingId, paymentId);
    // The provider refuses the refund; asking what is left finds the dispute.
    await disputedTo(paymentId, price);
    await there.bank(`/disputes/${id}/lose`);
    expect((await system.asAdmin.reconcile({})).repaired).toBe(1);
    await until(async () => (await system.told(RefundFailedSchema, bookingId)).length === 1);
    expect(await system.told(RefundFailedSchema, bookingId)).toMatchObject([{ nothingLeft: true }]);
    expect(await there.refundsOf(paymentId)).toEqual([]);
    expect(await system.told(DisputeClosedSchema, bookingId)).toMatchObject([{ won: false }]);
    expect(await shown(paymentId)).toMatchObject({ disputed: cop(0n), lost: cop(price) });
  });

  test("of somebody else's payment is answered and ignored", async () => {
    const { paymentId } = await system.paid();
    await system.sql("update payment set intent_id = 'pi_other' where id = $1", [paymentId]);
    const { id } = await there.disputeIntent((await there.intentOf(paymentId))!);
    await until(
      async () =>
        (
          await system.sql(
            "select 1 from provider_event where payload #>> '{data,object,id}' = $1 and processed_at is not null and error = 'unknown'",
            [id],
          )
        ).length,
    );
    expect((await shown(paymentId)).disputed).toMatchObject(cop(0n));
    // Ends the dispute, so that no other test meets it.
    await there.bank(`/disputes/${id}/win`);
  });
});
