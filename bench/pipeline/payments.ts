import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { localSecrets } from "@lacio/testkit/environment";
import type { System } from "@lacio/testkit/system";
import { signUp } from "@lacio/testkit/testing";
import Stripe from "stripe";
import { at, bookings, ensureNumbering, openSalon, payments } from "../../e2e/salon.ts";

const inFlight = 8;

/** Bookings whose payment the provider is about to confirm: `confirm` sends their signed webhooks. */
export async function waitingPayments(system: System, count: number) {
  await fetch(`${system.urls.stripe}/_sandbox/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ webhooks: "drop" }),
  });
  await ensureNumbering(system);
  const salon = await openSalon(system);
  const client = await signUp(system);
  const paymentIds: string[] = [];
  for (let n = 0; n < count; n++) {
    const start = at(1 + Math.floor(n / 12), `${String(8 + (n % 12)).padStart(2, "0")}:00`);
    const wish = { serviceId: salon.serviceId, staffId: salon.staffIds[0]!, desiredStart: timestampFromDate(start) };
    const { bookingId } = await bookings(system, client).createBooking(wish);
    paymentIds.push((await payments(system, client).startPayment({ bookingId })).paymentId);
  }
  const secret = localSecrets(system.dir).stripeWebhook;

  async function send(paymentId: string): Promise<void> {
    const intent = {
      id: `pi_${paymentId}`,
      metadata: { payment_id: paymentId },
      status: "succeeded",
      amount_received: 12_000_000,
      currency: "cop",
    };
    const event = { id: `evt_${paymentId}`, object: "event", type: "payment_intent.succeeded", created: 0, data: { object: intent } };
    const payload = JSON.stringify(event);
    const signature = new Stripe("sk_test_unused").webhooks.generateTestHeaderString({ payload, secret });
    const headers = { "content-type": "application/json", "stripe-signature": signature };
    const { status } = await fetch(`${system.urls["payments-http"]}/webhooks/stripe`, { method: "POST", headers, body: payload });
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
  }

  return {
    async confirm(): Promise<void> {
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          for (let id = paymentIds.pop(); id; id = paymentIds.pop()) await send(id);
        }),
      );
    },
  };
}
