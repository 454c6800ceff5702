import { failpoint } from "@lacio/chassis/failpoint";
import type { RequestHandler } from "express";
import type { App } from "../app.ts";

/** Only takes the event in and answers at once; timers/process-event.ts does what follows from it. */
export const stripeWebhook =
  (app: App): RequestHandler =>
  async (req, res) => {
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const event = app.stripe.readEvent(body, req.get("stripe-signature") ?? "");
    if (!event) {
      app.log.warn({ from: req.ip }, "a webhook without a valid signature");
      return void res.status(400).json({ error: "The signature is missing, wrong or too old." });
    }
    await app.db.statement({
      name: "receive-event",
      with: "received as (insert into provider_event (id, type, payload, traceparent, request_id) values ($1, $2, $3, $4, $5) on conflict (id) do nothing returning id)",
      select: "1",
      params: [event.id, event.type, body.toString("utf8"), req.get("traceparent") ?? null, req.get("x-request-id") ?? null],
      when: "exists (select from received)",
      jobs: [{ kind: "process-event", key: event.id }],
    });
    failpoint("webhook.after_receipt");
    res.json({ received: true });
  };
