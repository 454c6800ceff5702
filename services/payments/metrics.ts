import { Counter } from "prom-client";

// Each increment needs a person: no code can decide what to do.
export const mismatches = new Counter({
  name: "lacio_payment_mismatch_total",
  help: "What the provider says about a payment does not fit our books.",
});
export const failedRefunds = new Counter({
  name: "lacio_refund_failed_total",
  help: "Refunds that the provider refused or took back.",
});
export const disputes = new Counter({
  name: "lacio_disputes_total",
  help: "Payments that clients disputed at their bank, by what became of it: OPEN, WON, LOST.",
  labelNames: ["state"],
});
