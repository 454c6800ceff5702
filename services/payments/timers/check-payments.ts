import type { Job } from "@lacio/chassis/jobs";
import { nextCheck, settlePending } from "../acts/checkout.ts";
import { comparePaid, watchedSince } from "../acts/compare-payment.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";

const opensWithinMs = 30_000;

/** Asks about a pending payment, so that a lost webhook only causes a delay. */
export const settlePayment = (app: App): Job["run"] =>
  async function settlePayment(id) {
    const seen = await app.db.read().findOneOrFail(Payment, { id });
    if (seen.status !== "PENDING") return;
    const opening = new Date(seen.createdAt.getTime() + opensWithinMs);
    if (!seen.sessionId && opening > app.now()) return opening; // StartPayment is about to open its checkout
    await settlePending(app, id);
    const payment = await app.db.read().findOneOrFail(Payment, { id });
    return payment.status === "PENDING" ? nextCheck(app, payment) : undefined;
  };

/** Asks about a paid payment, ever less often, so that the lost webhook of a refund or dispute only causes a delay. */
export const comparePayment = (app: App): Job["run"] =>
  async function comparePayment(id) {
    await comparePaid(app, id);
    const { settledAt } = await app.db.read().findOneOrFail(Payment, { id });
    const now = app.now();
    if (settledAt! < watchedSince(now)) return undefined;
    const age = now.getTime() - settledAt!.getTime();
    return new Date(now.getTime() + Math.max(app.config.reconcileSeconds * 1_000, age / 4));
  };
