import { defineEnvVars } from "@sveltejs/kit/env";
import * as v from "valibot";
import { building, dev } from "$app/env";
import { refuseWrong } from "./lib/server/refuse-wrong.ts";

// An empty variable counts as missing, as for the services.
const given = v.pipe(
  v.optional(v.string()),
  v.transform((value) => value || undefined),
);
// `vite build` loads the routes without an environment: the URLs are optional then.
const serviceUrl = { schema: building ? v.optional(v.string(), "") : v.pipe(given, v.string("is missing"), v.url("is no URL")) };
const text = (fallback = "") => ({ schema: v.pipe(given, v.optional(v.string(), fallback)) });
const number = (fallback: string, max = Number.MAX_SAFE_INTEGER) => ({
  schema: v.pipe(
    given,
    v.optional(v.string(), fallback),
    v.transform(Number),
    v.check((value) => Number.isInteger(value) && value >= 1 && value <= max, `must be a whole number from 1 to ${max}`),
  ),
});

/** What the web's server reads from its environment. It refuses to start when something is missing or wrong. */
export const variables = defineEnvVars({
  AUTH_URL: serviceUrl,
  USERS_URL: serviceUrl,
  STAFF_URL: serviceUrl,
  AVAILABILITY_URL: serviceUrl,
  BOOKING_URL: serviceUrl,
  PAYMENTS_URL: serviceUrl,
  INVOICE_URL: serviceUrl,
  NOTIFICATION_URL: serviceUrl,
  REASSIGNMENT_URL: serviceUrl,
  /** How long a page waits for a service. */
  RPC_DEADLINE_MS: number("5000"),
  /** Where the pages and the ops port listen. */
  HOST: text("0.0.0.0"),
  OPS_PORT: number("9090", 65_535),
  /** The web's public origin, without a trailing slash. */
  PUBLIC_URL: serviceUrl,
  /** Origins that a payment may redirect to: Stripe's checkout, or the sandbox's. */
  CHECKOUT_ORIGINS: text("https://checkout.stripe.com"),
  SALON_NAME: text("Lacio"),
  SALON_TIME_ZONE: { ...text("America/Bogota"), public: true },
  SALON_ADDRESS: text(),
  SALON_CITY: text(),
  SALON_PHONE: text(),
  /** schema.org's openingHours: "Mo-Fr 08:00-18:00,Sa 08:00-16:00". */
  SALON_HOURS: text(),
});

if (!building && !dev) refuseWrong(variables, process.env);
