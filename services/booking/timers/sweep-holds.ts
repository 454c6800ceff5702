import type { App } from "../app.ts";
import { expireHolds, lapsedHolds } from "../acts/expire-holds.ts";

/** Slots of unpaid bookings are free again within seconds after the hold ends. @throws the errors of holds that could not be ended, after the others */
export async function sweepHolds(app: App, over: AbortSignal): Promise<void> {
  const errors: unknown[] = [];
  for (const id of await lapsedHolds(app)) {
    if (over.aborted) return;
    await expireHolds(app, [id]).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, String(errors[0]), { cause: errors[0] });
}
