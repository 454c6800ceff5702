import { expireHolds } from "../acts/expire-holds.ts";
import type { App } from "../app.ts";

/** Frees the slots of unpaid bookings within seconds after the hold ends. @throws the errors of holds that failed, after the others */
export async function sweepHolds(app: App, over: AbortSignal): Promise<void> {
  const text = "select id from booking where status = 'PENDING_PAYMENT' and expires_at <= $1 order by expires_at";
  const errors: unknown[] = [];
  for (const { id } of await app.db.sql<{ id: string }>(text, [app.now()])) {
    if (over.aborted) return;
    await expireHolds(app, [id]).catch((error: unknown) => errors.push(error)); // each in a transaction of its own
  }
  if (errors.length > 0) throw new AggregateError(errors, String(errors[0]), { cause: errors[0] });
}
