import { CHECKOUT_ORIGINS } from "$app/env/private";

/** Where a payment may lead to, as `redirect` and the content security policy want them. */
export const checkoutOrigins: string[] = (CHECKOUT_ORIGINS || "https://checkout.stripe.com")
  .split(",")
  .map((origin) => new URL(origin.trim()).origin);
