import type { Decline } from "../domain/payment.ts";

/** What the provider says happened, whichever way we heard of it: webhook, answer or question. */
export type ProviderChange = PaymentChange | RefundChange | DisputeChange;

export type PaymentChange = { paymentId: string } & (
  { kind: "paid"; intentId: string; amount: bigint; currency: string } | { kind: "declined"; decline: Decline } | { kind: "expired" }
);

export type RefundChange = { refundId?: string | undefined; made?: { intentId: string; amount: bigint } | undefined } & (
  | { kind: "refund_sent"; providerRefundId: string }
  | { kind: "refunded"; providerRefundId: string }
  | { kind: "refund_failed"; providerRefundId: string | null; failure: string }
);

export type DisputeChange = { kind: "disputed"; disputeId: string; intentId: string; amount: bigint; become: "OPEN" | "WON" | "LOST" };
