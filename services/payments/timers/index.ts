import { every, type Timer } from "@lacio/chassis/timers";
import type { App } from "../app.ts";
import { forgetEvents } from "./forget-events.ts";
import { processEvents } from "./process-events.ts";
import { reconcilePayments } from "./reconcile-payments.ts";
import { sendRefunds } from "./send-refunds.ts";

export function timers(app: App): Timer[] {
  const events = every(1_000, "process-events", (over) => processEvents(app, over));
  const refunds = every(2_000, "send-refunds", (over) => sendRefunds(app, over));
  const reconcile = every(app.config.reconcileSeconds * 1_000, "reconcile", (over) => reconcilePayments(app, "due", over));
  app.wake = { events: () => events.wake(), refunds: () => refunds.wake(), reconcile: () => reconcile.wake() };
  return [events, refunds, reconcile, every(3_600_000, "forget-events", () => forgetEvents(app))];
}
