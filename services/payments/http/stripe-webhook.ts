import { isOutage } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import type { ErrorRequestHandler, RequestHandler } from "express";
import type { App } from "../app.ts";
import { kept } from "../provider/kept.ts";

/** Only stores the event, without the people in it, and the job that processes it (timers/process-event.ts), and answers at once. */
export const stripeWebhook = (app: App): RequestHandler =>
  async function stripeWebhook(req, res) {
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const event = app.stripe.readEvent(body, req.get("stripe-signature") ?? "");
    if (!event) {
      app.log.warn({ from: req.ip }, "a webhook without a valid signature");
      return void res.status(400).json({ error: "The signature is missing, wrong or too old." });
    }
    // The event's id is the primary key: a redelivered event changes nothing and owes no second job.
    await app.db.statement({
      name: "receive-event",
      with: "received as (insert into provider_event (id, type, payload, traceparent, request_id) values ($1, $2, $3, $4, $5) on conflict (id) do nothing returning id)",
      select: "1",
      params: [event.id, event.type, kept(event), req.get("traceparent") ?? null, req.get("x-request-id") ?? null],
      when: "exists (select from received)",
      jobs: [{ kind: "process-event", key: event.id }],
    });
    failpoint("webhook.after_receipt");
    res.json({ received: true });
  };

// Express knows an error handler by its four parameters.
export const answerFailure = (app: App): ErrorRequestHandler =>
  function answerFailure(error: unknown, _req, res, _next) {
    const asked = (error as { status?: unknown }).status; // of a body that could not be read
    const status = typeof asked === "number" ? asked : isOutage(error) ? 503 : 500;
    if (status >= 500) app.log.error({ err: error }, "a webhook failed");
    res.status(status).json({ error: status < 500 ? "The body cannot be read." : "Try again shortly." });
  };
