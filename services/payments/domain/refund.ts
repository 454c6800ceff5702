import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { fact } from "@lacio/chassis/fact";
import { PaymentRefunded_Cause as Cause, PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
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
    // What of it pays what was owed when it was asked for; the rest is of the sale.
    debt: p.bigint(),
    reason: p.text(),
    // Why it exists, once: "booking.cancelled:<booking>", "declined:<payment>", "admin:<id>", "provider:<its id there>".
    cause: p.text().$type<`${Kind}:${string}`>(),
    status: p.string().length(10).$type<"REQUESTED" | "SUCCEEDED" | "FAILED">(),
    providerRefundId: p.text().nullable(),
    failure: p.text().nullable(),
    keyNumber: p.integer(),
    // How often the provider was asked for it, or about it: from the second time on it is looked up there first.
    tries: p.integer(),
    createdAt: p.datetime(),
    settledAt: p.datetime().nullable(),
  },
});

type Kind = keyof typeof causes;
const causes = {
  "booking.cancelled": Cause.BOOKING_CANCELLED,
  declined: Cause.PAYMENT_DECLINED,
  admin: Cause.ADMIN,
  provider: Cause.PROVIDER,
};

/** What another refund of a payment could still be for: what none has claimed, and what is owed and none is to pay. */
export type Room = { left: bigint; debt: bigint };

export type RefundWish = { amount: bigint; reason: string; cause: Refund["cause"] };

/** Money on its way back. FAILED is the provider's last word, even after it had said SUCCEEDED (a bank may send it back). */
export class Refund extends RefundSchema.class {
  static request(payment: Payment, { left, debt }: Room, wish: RefundWish, now: Date): Refund {
    if (!payment.isPaid()) throw new Refusal("not_paid", "This payment has not been paid.");
    if (left === 0n) throw new Refusal("nothing_to_refund", "Everything has been refunded already.");
    if (wish.amount > left) throw new Refusal("refund_too_large", "That is more than what is left of this payment.");
    return Refund.of(payment, debt, wish, now);
  }

  /** Somebody made it at the provider. */
  static madeThere(payment: Payment, { debt }: Room, providerRefundId: string, amount: bigint, now: Date): Refund {
    const made = Refund.of(payment, debt, { amount, reason: "provider", cause: `provider:${providerRefundId}` }, now);
    return Object.assign(made, { providerRefundId });
  }

  /** It was promised, and there is nothing left to give: it ends at once. */
  static inVain(payment: Payment, wish: RefundWish, now: Date): Refund {
    return Refund.of(payment, 0n, wish, now);
  }

  private static of(payment: Payment, debt: bigint, wish: RefundWish, now: Date): Refund {
    const rest = { status: "REQUESTED", keyNumber: 1, tries: 0, createdAt: now } as const;
    return Object.assign(new Refund(), { ...wish, debt: atMost(wish.amount, debt), id: uuidv7(), paymentId: payment.id, ...rest });
  }

  /** False when it has ended. */
  beginTry(): boolean {
    if (this.status !== "REQUESTED") return false;
    this.tries++;
    return true;
  }

  /** What the provider keeps under the old key is spoilt. */
  takeNewKey(): void {
    this.keyNumber++;
  }

  /** The provider remembers the key of what it refused. `failure`: why, where it had enough; null where it had not. */
  refused(failure: string | null): void {
    this.keyNumber++;
    this.failure = failure;
  }

  /** The provider has less than was asked for: somebody gave the client a part already. */
  reduceTo(left: bigint): void {
    Object.assign(this, { amount: left, debt: atMost(left, this.debt) });
  }

  sent(providerRefundId: string): Effect | undefined {
    if (this.providerRefundId != null) return undefined;
    this.providerRefundId = providerRefundId;
    return {};
  }

  succeed(payment: Payment, providerRefundId: string, now: Date): Effect | undefined {
    if (this.status !== "REQUESTED") return undefined;
    Object.assign(this, { status: "SUCCEEDED", providerRefundId, settledAt: now });
    const { owed, sold } = payment.giveBack(this.amount, this.debt);
    const takenFromSale = { currencyCode: payment.currency, minorUnits: sold };
    return {
      fact: fact(PaymentRefundedSchema, payment.bookingId, { ...this.told(payment), refundedAt: timestampFromDate(now), takenFromSale }),
      posting: this.posting("refund", payment, { owed_to_clients: owed, client_deposits: sold }, { stripe_clearing: this.amount }),
    };
  }

  /** What it was for stands, whether the money had gone or not: the client is a creditor until another one arrives. */
  fail(payment: Payment, providerRefundId: string | null, failure: string, now: Date): Effect | undefined {
    if (this.status === "FAILED") return undefined;
    const hadSucceeded = this.status === "SUCCEEDED";
    Object.assign(this, { status: "FAILED", failure, settledAt: now });
    this.providerRefundId ??= providerRefundId;
    if (hadSucceeded) {
      payment.takeBack(this.amount);
      const back = { debit: { stripe_clearing: this.amount }, credit: { owed_to_clients: this.amount } };
      return {
        fact: this.failed(payment, now, { hadSucceeded }),
        posting: this.posting("refund_returned", payment, back.debit, back.credit),
      };
    }
    // Nothing was decided by us of what somebody made at the provider; they see there that it failed.
    if (this.kind() === "provider") return {};
    const sold = payment.oweInstead(this.amount - this.debt);
    const takenFromSale = { currencyCode: payment.currency, minorUnits: sold };
    return {
      fact: this.failed(payment, now, { takenFromSale }),
      posting: this.posting("refund_unsent", payment, { client_deposits: sold }, { owed_to_clients: sold }),
    };
  }

  /** There is nothing that could be given back any more: the client has it in another way. */
  giveUp(payment: Payment, now: Date): Effect {
    Object.assign(this, { status: "FAILED", failure: "nothing is left", settledAt: now });
    return { fact: this.failed(payment, now, { nothingLeft: true }) };
  }

  private kind(): Kind {
    return this.cause.slice(0, this.cause.indexOf(":")) as Kind;
  }

  private failed(
    payment: Payment,
    now: Date,
    how: { hadSucceeded?: true; nothingLeft?: true; takenFromSale?: { currencyCode: string; minorUnits: bigint } },
  ) {
    return fact(RefundFailedSchema, payment.bookingId, { ...this.told(payment), failedAt: timestampFromDate(now), ...how });
  }

  private told({ bookingId, clientId, currency }: Payment) {
    const { id: refundId, paymentId, amount, reason } = this;
    return {
      refundId,
      paymentId,
      bookingId,
      clientId,
      amount: { currencyCode: currency, minorUnits: amount },
      reason,
      cause: causes[this.kind()],
    };
  }

  private posting(kind: string, { currency }: Payment, debit: Posting["debit"], credit: Posting["credit"]): Posting {
    return { id: `${kind}:${this.id}`, debit, credit, currency, paymentId: this.paymentId, refundId: this.id };
  }
}
RefundSchema.setClass(Refund);

const atMost = (limit: bigint, amount: bigint): bigint => (amount < limit ? amount : limit);
