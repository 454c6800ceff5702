import type { App, Rpc } from "../app.ts";
import { reconcilePayments } from "../timers/reconcile-payments.ts";

export const reconcile =
  (app: App): Rpc["reconcile"] =>
  async () => {
    await app.db.sql("update refund set next_try_at = now() where status = 'REQUESTED' and next_try_at > now()");
    app.wake.refunds();
    return reconcilePayments(app, "all");
  };
