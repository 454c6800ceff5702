import express, { type Express } from "express";
import type { App } from "../app.ts";
import { answerFailure, stripeWebhook } from "./stripe-webhook.ts";

export function http(app: App): Express {
  const server = express();
  server.disable("x-powered-by");
  server.post("/webhooks/stripe", express.raw({ type: () => true, limit: "256kb" }), stripeWebhook(app));
  server.use(answerFailure(app));
  return server;
}
