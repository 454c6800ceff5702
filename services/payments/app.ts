import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import type { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { createProvider } from "./provider/stripe.ts";

export const readConfig = (env: Env) => ({
  stripeSecretKey: env.text("STRIPE_SECRET_KEY"),
  stripeWebhookSecrets: webhookSecrets(env),
  stripeApiUrl: env.optional("STRIPE_API_URL") && env.url("STRIPE_API_URL"),
  stripeTimeoutMs: env.number("STRIPE_TIMEOUT_MS", 8_000, { min: 100 }),
  checkoutSuccessUrl: env.url("CHECKOUT_SUCCESS_URL"),
  checkoutCancelUrl: env.url("CHECKOUT_CANCEL_URL"),
  timeZone: env.timeZone("SALON_TIME_ZONE", "America/Bogota"),
  reconcileSeconds: env.number("RECONCILE_SECONDS", 30, { min: 1, max: 3_600 }),
  providerEventKeepDays: env.number("PROVIDER_EVENT_KEEP_DAYS", 90, { min: 7 }),
});

// Two, separated by a comma, while the secret is being rotated.
function webhookSecrets(env: Env): string[] {
  const text = env.text("STRIPE_WEBHOOK_SECRET");
  const secrets = text.split(",").map((secret) => secret.trim());
  if (text && secrets.includes("")) env.errors.push("STRIPE_WEBHOOK_SECRET has an empty part");
  return secrets;
}

export function createApp(base: Base<ReturnType<typeof readConfig>>) {
  return {
    ...base,
    booking: base.client(BookingService),
    stripe: createProvider(base.config),
  };
}

export type App = ReturnType<typeof createApp>;

/** What callers may ask, as proto says it: each method is named in rpc/index.ts. */
export type Rpc = ServiceImpl<typeof PaymentsService>;
