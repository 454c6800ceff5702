import type { App } from "../app.ts";
import { batchSize, expireHolds } from "../occupancy/expire-holds.ts";

/** Slots of unpaid bookings are free again within seconds after the hold ends. */
export async function sweepHolds(app: App, over?: AbortSignal): Promise<void> {
  while ((await expireHolds(app)) === batchSize && !over?.aborted);
}
