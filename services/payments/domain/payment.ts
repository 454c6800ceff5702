import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { PaymentFailedSchema, PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { v7 as uuidv7 } from "uuid";
import type { Effect } from "./effect.ts";
import { PaymentSchema, type Decline } from "./payment-schema.ts";

/** What is to be paid, by whom, and until when. */
export type Order = Pick<Payment, "bookingId" | "clientId" | "amount" | "currency" | "description" | "locale" | "payUntil">;

/**
 * One attempt to be paid. The provider's events arrive late, repeated and out of order, so money received outranks everything:
 * a payment that failed can still succeed, one that succeeded never fails.
 */
export class Payment extends PaymentSchema.class {
  static open(order: Order, attempt: number, now: Date): Payment {
    return Object.assign(new Payment(), {
      ...order,
      id: uuidv7(),
      purpose: "FULL",
      attempt,
      status: "PENDING",
      checkoutExpiresAt: order.payUntil,
      declines: [],
      deposit: 0n,
      owed: 0n,
      refunded: 0n,
      disputed: 0n,
      createdAt: now,
    } as const);
  }

  checkoutOpened(sessionId: string, url: string | null): void {
    this.sessionId ??= sessionId;
    this.checkoutUrl ??= url;
  }

  /** Notes when the provider was last asked about it. */
  check(now: Date): void {
    this.checkedAt = now;
  }

  /** The slot is gone: the checkout is over from now on, and is closed at the provider. */
  endCheckout(now: Date): void {
    if (this.status === "PENDING" && this.checkoutExpiresAt > now) this.checkoutExpiresAt = now;
  }

  costs(amount: bigint, currency: string): boolean {
    return this.amount === amount && this.currency === currency;
  }

  succeed(intentId: string, now: Date): Effect | undefined {
    if (this.isPaid()) return undefined;
    Object.assign(this, { status: "SUCCEEDED", intentId, failure: null, settledAt: now, deposit: this.amount });
    const { id: paymentId, bookingId, amount, currency } = this;
    return {
      fact: fact(PaymentSucceededSchema, bookingId, {
        paymentId,
        bookingId,
        amount: { currencyCode: currency, minorUnits: amount },
        succeededAt: timestampFromDate(now),
      }),
      posting: { id: `payment:${paymentId}`, debit: { stripe_clearing: amount }, credit: { client_deposits: amount }, currency, paymentId },
    };
  }

  /** The checkout stays open: the client may try another card. */
  decline(decline: Decline): Effect | undefined {
    if (this.isPaid() || this.declines.some(({ id }) => id === decline.id)) return undefined;
    this.declines = [...this.declines, decline].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    this.failure = this.declines.at(-1)!.message;
    if (this.status !== "PENDING") return {};
    const { id: paymentId, bookingId, clientId } = this;
    return { fact: fact(PaymentFailedSchema, bookingId, { paymentId, bookingId, clientId, reason: decline.code }) };
  }

  /** This attempt can no longer be paid. */
  fail(why: string, now: Date): Effect | undefined {
    if (this.status !== "PENDING") return undefined;
    Object.assign(this, { status: "FAILED", failure: this.failure ?? why, settledAt: now });
    return {};
  }

  isPaid(): boolean {
    return this.status === "SUCCEEDED" || this.status === "PARTLY_REFUNDED" || this.status === "REFUNDED";
  }

  /** Booking declined it: nothing was sold, and all of it is owed. */
  owe(): Effect | undefined {
    const { id: paymentId, deposit, currency } = this;
    if (deposit === 0n) return undefined;
    Object.assign(this, { deposit: 0n, owed: this.owed + deposit });
    const moved = { debit: { client_deposits: deposit }, credit: { owed_to_clients: deposit } };
    return { posting: { id: `unused:${paymentId}`, ...moved, currency, paymentId } };
  }

  /** A refund arrived, `debt` of it for what was owed. Answers the split that holds now: a dispute may have paid that debt since. */
  giveBack(amount: bigint, debt: bigint): { owed: bigint; sold: bigint } {
    const sold = atMost(this.deposit, amount - atMost(this.owed, debt));
    this.deposit -= sold;
    this.owed -= amount - sold;
    this.countRefunded(amount);
    return { owed: amount - sold, sold };
  }

  /** A refund of the sale could not be sent: it is owed from now on. Answers how much of it was still sold. */
  oweInstead(amount: bigint): bigint {
    const sold = atMost(this.deposit, amount);
    this.deposit -= sold;
    this.owed += sold;
    return sold;
  }

  /** The client's bank returned a refund. The decision to refund stands, so it is owed. */
  takeBack(amount: bigint): void {
    this.owed += amount;
    this.countRefunded(-amount);
  }

  /** The client got `amount` from her bank, which pays what is owed first. Answers how much that was. */
  settleOwed(amount: bigint): bigint {
    const settled = atMost(this.owed, amount);
    this.owed -= settled;
    return settled;
  }

  /** A bank took money back because of a dispute, or returned it (a negative amount). */
  countDisputed(amount: bigint): void {
    this.disputed += amount;
  }

  private countRefunded(amount: bigint): void {
    this.refunded += amount;
    this.status = this.refunded === 0n ? "SUCCEEDED" : this.refunded < this.amount ? "PARTLY_REFUNDED" : "REFUNDED";
  }
}
PaymentSchema.setClass(Payment);

export const atMost = (limit: bigint, amount: bigint): bigint => (amount < limit ? amount : limit);
