import { isOutage } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { compareSettled, settledPayments } from "./compare-settled.ts";
import { inWaves } from "./in-waves.ts";
import { pendingPayments, settlePending, type Which } from "./settle-pending.ts";

/** How many were asked about, had changed, and could not be asked about. */
type Reconciled = { checked: number; repaired: number; failed: number };

/** Asks the provider about payments, pending and settled, so that a lost webhook is only slow. "all": also those just asked about. */
export async function reconcilePayments(app: App, which: Which = "due", over?: AbortSignal): Promise<Reconciled> {
  const pending = await ask(app, await pendingPayments(app, which), settlePending, over);
  const settled = await ask(app, await settledPayments(app, which), compareSettled, over);
  const sum = (of: keyof Reconciled) => pending[of] + settled[of];
  const reconciled = { checked: sum("checked"), repaired: sum("repaired"), failed: sum("failed") };
  if (reconciled.repaired > 0 || reconciled.failed > 0) app.log.info(reconciled, "reconciled");
  return reconciled;
}

export async function ask(
  app: App,
  payments: { id: string }[],
  about: (app: App, id: string) => Promise<boolean>,
  over?: AbortSignal,
): Promise<Reconciled> {
  const changed = await inWaves(
    payments.map(({ id }) => id),
    (id) => about(app, id),
    (id, error) => app.log[isOutage(error) ? "warn" : "error"]({ err: error, payment_id: id }, "a payment could not be asked about"),
    over,
  );
  const checked = changed.length;
  return { checked, repaired: changed.filter(Boolean).length, failed: payments.length - checked };
}
