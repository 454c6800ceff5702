import { expect, test } from "@jest/globals";
import { BookingCancelledSchema, BookingPaymentDeclinedSchema } from "@lacio/proto/booking/v1/events";
import { PaymentRefundedSchema, PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { beforeTests } from "@lacio/testkit/before-tests";
import { until } from "@lacio/testkit/testing/until";
import { startPaymentsSystem, type PaymentsSystem } from "../testing/payments-system.ts";

let system: PaymentsSystem;
await beforeTests(
  async () => void (system = await startPaymentsSystem("payments-storm", { RECONCILE_SECONDS: "1" })),
  () => system?.stop(),
);

const price = 18_000_000n;
const storm = [
  { webhooks: "duplicate", copies: 3, api: { failNext: 2, afterEffect: true } },
  { webhooks: "reorder", delayMs: 300, api: { failNext: 3, afterEffect: true, hangUp: true } },
  { webhooks: "drop", api: { failNext: 2, status: 500 } },
  { webhooks: "delay", delayMs: 500, api: { failNext: 2, status: 429 } },
];

test("through failing calls, lost and repeated webhooks and two kills, every peso is in the books once", async () => {
  const clients = Array.from({ length: 24 }, async (_, index) => {
    const bookingId = system.book();
    // Retries like a browser until there is a checkout.
    const { paymentId, checkoutUrl } = await until(() => system.asClient.startPayment({ bookingId }), { timeoutMs: 40_000 });
    if (index % 3 === 0) await system.decide(checkoutUrl, "decline");
    await system.decide(checkoutUrl, "approve");
    await until(async () => (await system.told(PaymentSucceededSchema, bookingId)).length > 0, { timeoutMs: 40_000 });
    const [succeeded] = await system.told(PaymentSucceededSchema, bookingId);
    return { bookingId, paymentId: succeeded!.paymentId, asked: paymentId, back: await wishBack(bookingId, succeeded!.paymentId, index) };
  });
  const settled = Promise.all(clients);
  // The next fault is set when this one has met some events, or all clients are done.
  for (const faults of [...storm, ...storm]) {
    await system.faults(faults);
    const before = (await system.atStripe()).events.length;
    await Promise.race([until(async () => (await system.atStripe()).events.length > before + 5, { timeoutMs: 4_000 }), settled]).catch(
      () => {},
    );
    if (faults.webhooks === "drop") {
      await system.process("payments").kill();
      await system.process("payments").restart();
    }
  }
  await system.faults({});
  const bookings = await settled;
  for (const { paymentId, back } of bookings) {
    await until(async () => (await system.asAdmin.getPayment({ paymentId })).payment?.refunded?.minorUnits === back, { timeoutMs: 40_000 });
  }

  const { charges, refunds } = await system.atStripe();
  for (const { bookingId, paymentId, back } of bookings) {
    expect(await system.told(PaymentSucceededSchema, bookingId)).toHaveLength(1);
    expect(await system.told(PaymentRefundedSchema, bookingId)).toHaveLength(back > 0n ? 1 : 0);
    expect(charges.filter(({ metadata, paid }) => paid && metadata.booking_id === bookingId)).toHaveLength(1);
    expect(refunds.filter(({ metadata }) => metadata?.payment_id === paymentId)).toHaveLength(back > 0n ? 1 : 0);
  }
  const atStripe = charges.reduce((sum, { paid, amount, amount_refunded: back }) => sum + (paid ? amount - back : 0), 0);
  const books = await system.sql("select account, sum(debit) - sum(credit) as balance from ledger_entry group by account order by account");
  expect(books).toEqual([
    { account: "client_deposits", balance: String(-atStripe) },
    // The declined third was owed, and all of it was refunded.
    { account: "owed_to_clients", balance: "0" },
    { account: "stripe_clearing", balance: String(atStripe) },
  ]);
}, 120_000);

// A third keeps its visit, a third cancels late, a third paid too late; each fact is delivered twice, with ids of their own.
async function wishBack(bookingId: string, paymentId: string, index: number): Promise<bigint> {
  if (index % 3 === 0) return 0n;
  const fact = { bookingId, paymentId, clientId: system.client.id };
  for (let copy = 0; copy < 2; copy++) {
    if (index % 3 === 1)
      await system.publish(BookingCancelledSchema, bookingId, { ...fact, refund: { currencyCode: "COP", minorUnits: price / 2n } });
    else await system.publish(BookingPaymentDeclinedSchema, bookingId, { ...fact, reason: "slot_taken" });
  }
  return index % 3 === 1 ? price / 2n : price;
}
