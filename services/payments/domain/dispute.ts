import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { DisputeClosedSchema, PaymentDisputedSchema } from "@lacio/proto/payments/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import type { Effect, Posting } from "./effect.ts";
import type { Payment } from "./payment.ts";

type Status = "NEW" | "OPEN" | "WON" | "LOST";

const DisputeSchema = defineEntity({
  name: "Dispute",
  tableName: "dispute",
  properties: {
    id: p.text().primary(), // the provider's
    paymentId: p.uuid(),
    amount: p.bigint(),
    status: p.string().length(10).$type<Status>(),
    openedAt: p.datetime(),
    closedAt: p.datetime().nullable(),
  },
});

/** A client disputed a payment at her bank, which holds the money until it has decided. WON and LOST are final. */
export class Dispute extends DisputeSchema.class {
  /** As first seen: it may be over already, when earlier events were lost or come late. */
  static firstSeen(payment: Payment, id: string, amount: bigint, now: Date): Dispute {
    return Object.assign(new Dispute(), { id, paymentId: payment.id, amount, status: "NEW", openedAt: now } as const);
  }

  /** The provider's events come in any order: each state makes up for the ones that were skipped. */
  become(status: "OPEN" | "WON" | "LOST", payment: Payment, now: Date): Effect[] {
    if (this.status === "WON" || this.status === "LOST" || this.status === status) return [];
    const effects: Effect[] = [];
    if (this.status === "NEW" && status !== "WON") effects.push(this.takeMoney(payment, now));
    const hadMoney = this.status === "OPEN" || status === "LOST";
    this.status = status;
    if (status === "OPEN") return effects;
    this.closedAt = now;
    if (hadMoney) effects.push(this.close(payment, now));
    return effects;
  }

  private takeMoney(payment: Payment, now: Date): Effect {
    payment.countDisputed(this.amount);
    return {
      fact: fact(PaymentDisputedSchema, payment.bookingId, { ...this.told(payment), disputedAt: timestampFromDate(now) }),
      posting: this.posting("dispute", payment, { disputes: this.amount }, { stripe_clearing: this.amount }),
    };
  }

  private close(payment: Payment, now: Date): Effect {
    const won = this.status === "WON";
    // LOST: the client keeps the bank's money, which pays what we owed.
    const paid = won ? 0n : payment.settleOwed(this.amount);
    const debtPaid = { currencyCode: payment.currency, minorUnits: paid };
    const closed = fact(DisputeClosedSchema, payment.bookingId, { ...this.told(payment), closedAt: timestampFromDate(now), won, debtPaid });
    if (!won) {
      return { fact: closed, posting: this.posting("dispute_lost", payment, { owed_to_clients: paid }, { disputes: paid }) };
    }
    payment.countDisputed(-this.amount);
    return { fact: closed, posting: this.posting("dispute_won", payment, { stripe_clearing: this.amount }, { disputes: this.amount }) };
  }

  private told({ id: paymentId, bookingId, clientId, currency }: Payment) {
    return { disputeId: this.id, paymentId, bookingId, clientId, amount: { currencyCode: currency, minorUnits: this.amount } };
  }

  private posting(kind: string, { id: paymentId, currency }: Payment, debit: Posting["debit"], credit: Posting["credit"]): Posting {
    return { id: `${kind}:${this.id}`, debit, credit, currency, paymentId };
  }
}
DisputeSchema.setClass(Dispute);
