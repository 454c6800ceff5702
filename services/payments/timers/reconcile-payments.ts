import { isOutage } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { compareSettled, settledPayments } from "./compare-settled.ts";
import { inWaves } from "./in-waves.ts";
import { pendingPayments, settlePending, type Which } from "./settle-pending.ts";

/** Asks the provider about payments, pending and settled, so that a lost webhook is only slow. "all": also those just asked about. */
export async function reconcilePayments(
  app: App,
  which: Which = "due",
  over?: AbortSignal,
): Promise<{ checked: number; repaired: number }> {
  const pending = await ask(app, await pendingPayments(app, which), settlePending, over);
  const settled = await ask(app, await settledPayments(app, which), compareSettled, over);
  const [checked, repaired] = [pending.checked + settled.checked, pending.repaired + settled.repaired];
  if (repaired > 0) app.log.info({ checked, repaired }, "reconciled");
  return { checked, repaired };
}

/** `repaired`: how many had changed. */
export async function ask(app: App, payments: { id: string }[], about: (app: App, id: string) => Promise<boolean>, over?: AbortSignal) {
  const changed = await inWaves(
    payments.map(({ id }) => id),
    (id) => about(app, id),
    (id, error) => app.log[isOutage(error) ? "warn" : "error"]({ err: error, payment_id: id }, "a payment could not be asked about"),
    over,
  );
  return { checked: payments.length, repaired: changed.filter(Boolean).length };
}
