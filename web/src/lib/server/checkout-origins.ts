import { CHECKOUT_ORIGINS } from "$app/env/private";

/** The origins that a payment may redirect to, also in the CSP's form-action. */
export const checkoutOrigins: string[] = CHECKOUT_ORIGINS.split(",").map((origin) => new URL(origin.trim()).origin);
