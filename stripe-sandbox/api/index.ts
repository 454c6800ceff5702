import type { Behaviour } from "./answer.ts";
import { cancelRefundCall } from "./cancel-refund.ts";
import { createCheckoutSession } from "./create-checkout-session.ts";
import { createRefund } from "./create-refund.ts";
import { expireCheckoutSession } from "./expire-checkout-session.ts";
import { list } from "./list.ts";
import { retrieve } from "./retrieve.ts";

export const api: [method: "get" | "post", path: string, behaviour: Behaviour][] = [
  ["post", "/v1/checkout/sessions", createCheckoutSession],
  ["get", "/v1/checkout/sessions", list("sessions", ["payment_intent", "status"])],
  ["get", "/v1/checkout/sessions/:id", retrieve("sessions")],
  ["post", "/v1/checkout/sessions/:id/expire", expireCheckoutSession],
  ["get", "/v1/payment_intents", list("intents")],
  ["get", "/v1/payment_intents/:id", retrieve("intents")],
  ["get", "/v1/charges", list("charges", ["payment_intent"])],
  ["get", "/v1/charges/:id", retrieve("charges")],
  ["post", "/v1/refunds", createRefund],
  ["get", "/v1/refunds", list("refunds", ["charge", "payment_intent"])],
  ["get", "/v1/refunds/:id", retrieve("refunds")],
  ["post", "/v1/refunds/:id/cancel", cancelRefundCall],
  ["get", "/v1/disputes", list("disputes", ["charge", "payment_intent"])],
  ["get", "/v1/disputes/:id", retrieve("disputes")],
  ["get", "/v1/events", list("events", ["type"])],
  ["get", "/v1/events/:id", retrieve("events")],
];
