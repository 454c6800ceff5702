import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { PaymentFailedSchema, PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import type { Payment_Purpose, Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";
import type { Effect } from "./effect.ts";

type Status = Exclude<keyof typeof Payment_Status, "STATUS_UNSPECIFIED">;
type Purpose = Exclude<keyof typeof Payment_Purpose, "PURPOSE_UNSPECIFIED">;

const PaymentSchema = defineEntity({
  name: "Payment",
  tableName: "payment",
  properties: {
    id: p.uuid().primary(),
    bookingId: p.uuid(),
    clientId: p.uuid(),
    purpose: p.string().length(10).$type<Purpose>(),
    attempt: p.integer(),
    description: p.text(),
    locale: p.string().length(5).$type<"es" | "en">(),
    payUntil: p.datetime(),
    amount: p.bigint(),
    currency: p.string().length(3),
    status: p.string().length(20).$type<Status>(),
    sessionId: p.text().nullable(),
    intentId: p.text().nullable(),
    checkoutUrl: p.text().nullable(),
    checkoutExpiresAt: p.datetime(),
    declines: p.json<Decline[]>(),
    failure: p.text().nullable(),
    // The money: sold (`deposit`), owed, given back, and taken back by the client's bank. deposit + owed + refunded = amount, but for lost disputes.
    deposit: p.bigint(),
    owed: p.bigint(),
    refunded: p.bigint(),
    disputed: p.bigint(),
    createdAt: p.datetime(),
    settledAt: p.datetime().nullable(),
    checkedAt: p.datetime().nullable(),
    revision: p.integer().version(),
  },
});

/** A card that was refused: `id` is the provider's name of that attempt, `at` its second. */
export type Decline = { id: string; at: number; code: string; message: string };

export type Order = {
  bookingId: string;
  clientId: string;
  amount: bigint;
  currency: string;
  description: string;
  locale: "es" | "en";
  payUntil: Date;
};

/**
 * One attempt to be paid. The provider's word arrives late, twice and in any order, so money received outranks everything:
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

  /** The provider is asked about it. */
  check(now: Date): void {
    this.checkedAt = now;
  }

  /** The slot is gone: nobody should pay for it any more. */
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

  /** It will not pay its booking: nothing was sold, and all of it is owed. */
  owe(): Effect | undefined {
    const { id: paymentId, deposit, currency } = this;
    if (deposit === 0n) return undefined;
    Object.assign(this, { deposit: 0n, owed: this.owed + deposit });
    const moved = { debit: { client_deposits: deposit }, credit: { owed_to_clients: deposit } };
    return { posting: { id: `unused:${paymentId}`, ...moved, currency, paymentId } };
  }

  /** Money went back; of it `debt` was meant for what is owed. Answers what was owed and what was sold until now: a debt may be paid meanwhile. */
  giveBack(amount: bigint, debt: bigint): { owed: bigint; sold: bigint } {
    const sold = atMost(this.deposit, amount - atMost(this.owed, debt));
    this.deposit -= sold;
    this.owed -= amount - sold;
    this.countRefunded(amount);
    return { owed: amount - sold, sold };
  }

  /** So much of the sale should have gone back and could not be sent: it is owed from now on. */
  oweInstead(amount: bigint): bigint {
    const sold = atMost(this.deposit, amount);
    this.deposit -= sold;
    this.owed += sold;
    return sold;
  }

  /** What had gone back is here again. What it was for stands, so it is owed. */
  takeBack(amount: bigint): void {
    this.owed += amount;
    this.countRefunded(-amount);
  }

  /** So much of `amount` was owed, and is no more. */
  settleOwed(amount: bigint): bigint {
    const settled = atMost(this.owed, amount);
    this.owed -= settled;
    return settled;
  }

  private countRefunded(amount: bigint): void {
    this.refunded += amount;
    this.status = this.refunded === 0n ? "SUCCEEDED" : this.refunded < this.amount ? "PARTLY_REFUNDED" : "REFUNDED";
  }
}
PaymentSchema.setClass(Payment);

const atMost = (limit: bigint, amount: bigint): bigint => (amount < limit ? amount : limit);
