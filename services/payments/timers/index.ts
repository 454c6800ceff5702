import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { comparePayment, settlePayment } from "./check-payments.ts";
import { forgetEvents } from "./forget-events.ts";
import { processEvent } from "./process-event.ts";
import { sendRefund } from "./send-refund.ts";

export const jobs = (app: App): Job[] => [
  { name: "process-event", run: processEvent(app) },
  { name: "send-refund", run: sendRefund(app), atOnce: 8 },
  { name: "settle-payment", run: settlePayment(app), atOnce: 8, retrySeconds: app.config.reconcileSeconds },
  { name: "compare-payment", run: comparePayment(app), atOnce: 8, retrySeconds: app.config.reconcileSeconds },
  { name: "forget-events", run: () => forgetEvents(app), everySeconds: 3_600 },
];
