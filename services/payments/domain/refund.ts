import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { fact } from "@lacio/chassis/fact";
import { PaymentRefunded_Cause as Cause, PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { v7 as uuidv7 } from "uuid";
import type { Effect, Posting } from "./effect.ts";
import { atMost, type Payment } from "./payment.ts";
import { RefundSchema, type RefundKind } from "./refund-schema.ts";

const causes: Record<RefundKind, Cause> = {
  "booking.cancelled": Cause.BOOKING_CANCELLED,
  "booking.reassigned": Cause.BOOKING_REASSIGNED,
  declined: Cause.PAYMENT_DECLINED,
  admin: Cause.ADMIN,
  provider: Cause.PROVIDER,
};

/** What a further refund can be for: `left` is claimed by no other, `debt` is owed and no other refund is to pay it. */
export type Room = { left: bigint; debt: bigint };

export type RefundWish = { amount: bigint; reason: string; cause: Refund["cause"] };

/** Money on its way back to the client. FAILED is final, and may follow SUCCEEDED: a bank can return the money. */
export class Refund extends RefundSchema.class {
  static request(payment: Payment, { left, debt }: Room, wish: RefundWish, now: Date): Refund {
    if (!payment.isPaid()) throw new Refusal("not_paid", "This payment has not been paid.");
    if (left === 0n) throw new Refusal("nothing_to_refund", "Everything has been refunded already.");
    if (wish.amount > left) throw new Refusal("refund_too_large", "That is more than what is left of this payment.");
    return Refund.of(payment, debt, wish, now);
  }

  /** One that was not made by us: in the provider's dashboard, or through its API. */
  static madeAtProvider(payment: Payment, { debt }: Room, providerRefundId: string, amount: bigint, now: Date): Refund {
    const made = Refund.of(payment, debt, { amount, reason: "provider", cause: `provider:${providerRefundId}` }, now);
    return Object.assign(made, { providerRefundId });
  }

  /** One that was promised when nothing is left to give back: stored only to be given up. */
  static inVain(payment: Payment, wish: RefundWish, now: Date): Refund {
    return Refund.of(payment, 0n, wish, now);
  }

  private static of(payment: Payment, debt: bigint, wish: RefundWish, now: Date): Refund {
    const rest = { status: "REQUESTED", keyNumber: 1, tries: 0, createdAt: now } as const;
    return Object.assign(new Refund(), { ...wish, debt: atMost(wish.amount, debt), id: uuidv7(), paymentId: payment.id, ...rest });
  }

  /** Counts a try; false when the refund has ended. */
  beginTry(): boolean {
    if (this.status !== "REQUESTED") return false;
    this.tries++;
    return true;
  }

  /** What the provider has stored under the old idempotency key is a useless answer. */
  takeNewKey(): void {
    this.keyNumber++;
  }

  /**
   * Takes a new idempotency key: under the old one the provider replays its refusal.
   * `failure`: why it refused although it had enough; null where it had, or may have had, too little.
   */
  refused(failure: string | null): void {
    this.keyNumber++;
    this.failure = failure;
  }

  /** The provider has less left than was requested: a part was refunded there already. */
  reduceTo(left: bigint): void {
    Object.assign(this, { amount: left, debt: atMost(left, this.debt) });
  }

  /** The provider has accepted it; the money has not arrived yet. */
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

  /** The decision to refund stands, whether the money had left or not: the client is a creditor until another refund arrives. */
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
    // Made at the provider, so it stands for no decision of ours; whoever made it sees there that it failed.
    if (this.kind() === "provider") return {};
    const sold = payment.oweInstead(this.amount - this.debt);
    const takenFromSale = { currencyCode: payment.currency, minorUnits: sold };
    return {
      fact: this.failed(payment, now, { takenFromSale }),
      posting: this.posting("refund_unsent", payment, { client_deposits: sold }, { owed_to_clients: sold }),
    };
  }

  /** Nothing is left to give back: the client has it by another refund or a lost dispute. */
  giveUp(payment: Payment, now: Date): Effect {
    Object.assign(this, { status: "FAILED", failure: "nothing is left", settledAt: now });
    return { fact: this.failed(payment, now, { nothingLeft: true }) };
  }

  private kind(): RefundKind {
    return this.cause.slice(0, this.cause.indexOf(":")) as RefundKind;
  }

  private failed(
    payment: Payment,
    now: Date,
    how: { hadSucceeded?: true; nothingLeft?: true; takenFromSale?: { currencyCode: string; minorUnits: bigint } },
  ) {
    return fact(RefundFailedSchema, payment.bookingId, { ...this.told(payment), failedAt: timestampFromDate(now), ...how });
  }

  private told({ bookingId, clientId, currency }: Payment) {
    const { id: refundId, paymentId } = this;
    const amount = { currencyCode: currency, minorUnits: this.amount };
    return { refundId, paymentId, bookingId, clientId, amount, cause: causes[this.kind()] };
  }

  private posting(kind: string, { currency }: Payment, debit: Posting["debit"], credit: Posting["credit"]): Posting {
    return { id: `${kind}:${this.id}`, debit, credit, currency, paymentId: this.paymentId, refundId: this.id };
  }
}
RefundSchema.setClass(Refund);
