import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { fact } from "@lacio/chassis/fact";
import { PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";
import type { Effect, Posting } from "./effect.ts";
import type { Payment } from "./payment.ts";

const RefundSchema = defineEntity({
  name: "Refund",
  tableName: "refund",
  properties: {
    id: p.uuid().primary(),
    paymentId: p.uuid(),
    amount: p.bigint(),
    reason: p.text(),
    // Why it exists, once: "booking.cancelled:<booking>", "declined:<payment>", "admin:<id>".
    cause: p.text(),
    status: p.string().length(10).$type<"REQUESTED" | "SUCCEEDED" | "FAILED">(),
    providerRefundId: p.text().nullable(),
    failure: p.text().nullable(),
    keyNumber: p.integer(),
    tries: p.integer(),
    nextTryAt: p.datetime(),
    createdAt: p.datetime(),
    settledAt: p.datetime().nullable(),
  },
});

export type RefundWish = { amount: bigint; reason: string; cause: string };

/** Money on its way back. FAILED is the provider's last word, even after it had said SUCCEEDED (a bank may send it back). */
export class Refund extends RefundSchema.class {
  /** `left` is what no other refund of the payment has claimed. */
  static request(payment: Payment, left: bigint, wish: RefundWish, now: Date): Refund {
    if (!payment.isPaid()) throw new Refusal("not_paid", "This payment has not been paid.");
    if (left === 0n) throw new Refusal("nothing_to_refund", "Everything has been refunded already.");
    if (wish.amount > left) throw new Refusal("refund_too_large", "That is more than what is left of this payment.");
    return Object.assign(new Refund(), {
      ...wish,
      id: uuidv7(),
      paymentId: payment.id,
      status: "REQUESTED",
      keyNumber: 1,
      tries: 0,
      nextTryAt: now,
      createdAt: now,
    } as const);
  }

  sent(providerRefundId: string): Effect | undefined {
    if (this.providerRefundId != null) return undefined;
    this.providerRefundId = providerRefundId;
    return {};
  }

  succeed(payment: Payment, providerRefundId: string, now: Date): Effect | undefined {
    if (this.status !== "REQUESTED") return undefined;
    Object.assign(this, { status: "SUCCEEDED", providerRefundId, settledAt: now });
    payment.countRefund(this.amount);
    const { id: refundId, paymentId, amount, reason } = this;
    const { bookingId, clientId, currency } = payment;
    return {
      fact: fact(PaymentRefundedSchema, bookingId, {
        refundId,
        paymentId,
        bookingId,
        clientId,
        amount: { currencyCode: currency, minorUnits: amount },
        refundedAt: timestampFromDate(now),
        reason,
      }),
      posting: this.posting("refund", "client_deposits", "stripe_clearing", currency),
    };
  }

  fail(payment: Payment, providerRefundId: string | null, failure: string, now: Date): Effect | undefined {
    if (this.status === "FAILED") return undefined;
    const cameBack = this.status === "SUCCEEDED";
    Object.assign(this, { status: "FAILED", failure, settledAt: now });
    this.providerRefundId ??= providerRefundId;
    if (!cameBack) return {};
    payment.countRefund(-this.amount);
    return { posting: this.posting("refund_returned", "stripe_clearing", "client_deposits", payment.currency) };
  }

  private posting(kind: string, debit: Posting["debit"], credit: Posting["credit"], currency: string): Posting {
    const { id, paymentId, amount } = this;
    return { id: `${kind}:${id}`, debit, credit, amount, currency, paymentId, refundId: id };
  }
}
RefundSchema.setClass(Refund);
