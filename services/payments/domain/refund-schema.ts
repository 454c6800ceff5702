import { defineEntity, p } from "@mikro-orm/core";

export type RefundKind = "booking.cancelled" | "booking.reassigned" | "declined" | "admin" | "provider";

/** The row of a refund; refund.ts gives it its behaviour. */
export const RefundSchema = defineEntity({
  name: "Refund",
  tableName: "refund",
  properties: {
    id: p.uuid().primary(),
    paymentId: p.uuid(),
    amount: p.bigint(),
    // The part that pays what was owed when it was requested; the rest is taken from the sale.
    debt: p.bigint(),
    reason: p.text(),
    // Why it exists; unique, so that a repeated event makes no second one.
    // "booking.cancelled:<booking>", "booking.reassigned:<loss>", "declined:<payment>", "admin:<id>", "provider:<its id there>"
    cause: p.text().$type<`${RefundKind}:${string}`>(),
    status: p.string().length(10).$type<"REQUESTED" | "SUCCEEDED" | "FAILED">(),
    providerRefundId: p.text().nullable(),
    failure: p.text().nullable(),
    // Part of the idempotency key: a new number is a new request to the provider.
    keyNumber: p.integer(),
    // How often the provider was asked to make it, or about it: from the second try on it is looked up there first.
    tries: p.integer(),
    createdAt: p.datetime(),
    settledAt: p.datetime().nullable(),
  },
});
