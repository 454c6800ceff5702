import type { Tx } from "@lacio/chassis/db";
import { disputes } from "../metrics.ts";
import type { App } from "../app.ts";
import { Dispute } from "../domain/dispute.ts";
import type { DisputeChange } from "../provider/changes.ts";
import { paymentOfIntent, sendOthers } from "./apply-to-refund.ts";
import { record, type Applied } from "./record-effect.ts";

export async function applyToDispute(app: App, tx: Tx, change: DisputeChange): Promise<Applied> {
  const payment = await paymentOfIntent(tx, change.intentId);
  if (!payment) return "unknown";
  const known = await tx.find(Dispute, { id: change.disputeId });
  const dispute = known ?? Dispute.firstSeen(payment, change.disputeId, change.amount, app.now());
  if (!known) tx.add(dispute);
  const before = dispute.status;
  const applied = await record(tx, ...dispute.become(change.become, payment, app.now()));
  if (dispute.status === before) return "unchanged";
  disputes.inc({ state: dispute.status });
  const about = { dispute: dispute.id, payment_id: payment.id, booking: payment.bookingId };
  if (dispute.status === "OPEN") app.log.error(about, "ALERT: a client disputes a payment; a person answers at the provider, in time");
  else
    app.log.warn(
      about,
      dispute.status === "WON" ? "a dispute was won: the money is back" : "a dispute was lost: the money stays with the client",
    );
  // send-refund.ts made them wait for the end of the dispute.
  if (change.become !== "OPEN") await sendOthers(tx, payment.id);
  return applied === "unchanged" ? "changed" : applied;
}
