import type { SystemDescription } from "@lacio/testkit/system";
import type { Objects } from "@lacio/stripe-sandbox/testing/sandbox";

/** The Stripe sandbox's control API: its objects and webhook faults. Faults are global, so a test needs its own system. */
export function provider(system: SystemDescription) {
  async function control<T>(method: string, route: string, body?: object): Promise<T> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${system.urls.stripe}/_sandbox${route}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
  const objects = () => control<Objects>("GET", "/objects");
  return {
    faults: (faults: object) => control("PUT", "/faults", faults),
    resend: (eventId: string, copies: number) => control("POST", `/events/${eventId}/resend`, { copies }),
    events: async (bookingId: string) => (await objects()).events.filter(({ data }) => JSON.stringify(data.object).includes(bookingId)),
    /** What was paid and refunded for this booking. */
    async money(bookingId: string): Promise<{ received: number[]; refunded: number[] }> {
      const { paymentIntents, refunds } = await objects();
      const ours = paymentIntents.filter(({ metadata, status }) => metadata.booking_id === bookingId && status === "succeeded");
      return {
        received: ours.map((intent) => intent.amount_received),
        refunded: refunds.filter((refund) => ours.some(({ id }) => id === refund.payment_intent)).map(({ amount }) => amount),
      };
    },
  };
}
