import type { Payment_Purpose, Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import { defineEntity, p } from "@mikro-orm/core";

type Status = Exclude<keyof typeof Payment_Status, "STATUS_UNSPECIFIED">;
type Purpose = Exclude<keyof typeof Payment_Purpose, "PURPOSE_UNSPECIFIED">;

/** A declined card: `id` is the provider's name of the attempt, `at` its time in seconds since the epoch. */
export type Decline = { id: string; at: number; code: string; message: string };

/** The row of a payment; payment.ts gives it its behaviour. */
export const PaymentSchema = defineEntity({
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
    // The money: `deposit` is sold, `owed` and `refunded` are the client's, `disputed` is what her bank took back.
    // deposit + owed + refunded = amount, less the debts that lost disputes have paid.
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
