import { localSecrets } from "@lacio/testkit/environment";
import type { SystemDescription } from "@lacio/testkit/system";
import type { Dispute, Intent, Refund } from "../objects.ts";

type Held = { paymentIntents: Intent[]; refunds: Refund[]; disputes: Dispute[] };

/** Acts at the provider without Lacio: as the owner in the dashboard, as a bank, as a client. */
export function atProvider(system: Pick<SystemDescription, "dir" | "urls">) {
  async function call<T>(route: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${system.urls.stripe}${route}`, { method: "POST", ...init });
    const body = (await response.json()) as T & { error?: { message: string } };
    if (!response.ok) throw new Error(body.error?.message);
    return body;
  }
  const asOwner = <T>(route: string, fields: Record<string, string> = {}) =>
    call<T>(route, {
      headers: { authorization: `Bearer ${localSecrets(system.dir).stripeKey}` },
      body: new URLSearchParams(fields),
    });
  const bank = <T>(route: string, body: object = {}) =>
    call<T>(`/_sandbox${route}`, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const objects = () => call<Held>("/_sandbox/objects", { method: "GET" });
  const intentOf = async (paymentId: string) =>
    (await objects()).paymentIntents.find(({ metadata, status }) => metadata["payment_id"] === paymentId && status === "succeeded")?.id;

  const refundIntent = (intent: string, amount?: bigint) =>
    asOwner<Refund>("/v1/refunds", { payment_intent: intent, ...(amount !== undefined && { amount: String(amount) }) });
  const disputeIntent = (paymentIntent: string, amount?: bigint) =>
    bank<Dispute>("/disputes", { paymentIntent, ...(amount !== undefined && { amount: Number(amount) }) });

  return {
    bank,
    objects,
    intentOf,
    refundIntent,
    disputeIntent,
    refund: async (paymentId: string, amount?: bigint) => refundIntent((await intentOf(paymentId))!, amount),
    dispute: async (paymentId: string, amount?: bigint) => disputeIntent((await intentOf(paymentId))!, amount),
    cancelRefund: (id: string) => asOwner<Refund>(`/v1/refunds/${id}/cancel`),
    async refundsOf(paymentId: string): Promise<Refund[]> {
      const [{ refunds }, intent] = [await objects(), await intentOf(paymentId)];
      return refunds.filter(({ payment_intent }) => payment_intent === intent);
    },
  };
}
