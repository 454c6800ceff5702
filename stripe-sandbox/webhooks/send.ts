import { createHmac } from "node:crypto";
import { request } from "node:http";
import { request as requestTls } from "node:https";
import type { Config } from "../config.ts";
import type { Event } from "../objects.ts";
import type { Attempt } from "./delivery.ts";

const answerWithinMs = 10_000;

/** One POST on a connection of its own, signed with the time of this attempt. */
export function send(config: Config, event: Event, stop: AbortSignal): Promise<Attempt> {
  const at = Date.now();
  const payload = JSON.stringify(event, null, 2);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]);
  const open = config.webhookUrl.protocol === "https:" ? requestTls : request;
  const headers = {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(payload),
    "Stripe-Signature": signature(payload, config.webhookSecret, Math.floor(at / 1000)),
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
  };
  return new Promise((resolve) => {
    const post = open(config.webhookUrl, { method: "POST", headers, signal, agent: false }, (response) => {
      response.on("error", () => undefined).resume();
      resolve({ at, status: response.statusCode ?? null, error: null });
    });
    post.on("error", (error) => resolve({ at, status: null, error: error.message }));
    post.end(payload);
  });
}

function signature(payload: string, secret: string, timestamp: number): string {
  return `t=${timestamp},v1=${createHmac("sha256", secret).update(`${timestamp}.${payload}`).digest("hex")}`;
}
