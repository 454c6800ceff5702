import { isOutage } from "@lacio/chassis/errors";
import express, { type ErrorRequestHandler, type Express } from "express";
import type { App } from "../app.ts";
import { stripeWebhook } from "./stripe-webhook.ts";

export function http(app: App): Express {
  const server = express();
  server.disable("x-powered-by");
  server.post("/webhooks/stripe", express.raw({ type: () => true, limit: "256kb" }), stripeWebhook(app));
  server.use(refuse(app));
  return server;
}

// The four parameters are how Express knows an error handler.
const refuse =
  (app: App): ErrorRequestHandler =>
  (error: unknown, _req, res, _next) => {
    const asked = (error as { status?: unknown }).status; // of a body that could not be read
    const status = typeof asked === "number" ? asked : isOutage(error) ? 503 : 500;
    if (status >= 500) app.log.error({ err: error }, "a webhook failed");
    res.status(status).json({ error: status < 500 ? "The body cannot be read." : "Try again shortly." });
  };
