import { bookingCode } from "@lacio/salon/booking-code";
import type Stripe from "stripe";
import type { Payment } from "../domain/payment.ts";

export type CheckoutConfig = { checkoutSuccessUrl: string; checkoutCancelUrl: string; timeZone: string };

// Stripe accepts an expiry no nearer than half an hour; the other half hour is room for retries, which must send the same parameters.
// The hold ends earlier, as the page says, and then we close the checkout ourselves.
const checkoutSeconds = 3_600;

/** What a client sees and pays. Made from the stored row alone: a retry must send the same parameters, or Stripe refuses the idempotency key. */
export function checkoutOf(payment: Payment, config: CheckoutConfig): Stripe.Checkout.SessionCreateParams {
  const { id, bookingId, locale } = payment;
  const metadata = { payment_id: id, booking_id: bookingId };
  const say = words[locale];
  return {
    mode: "payment",
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: payment.currency.toLowerCase(),
          unit_amount: Number(payment.amount),
          product_data: { name: payment.description, description: say.code(bookingCode(bookingId)) },
        },
      },
    ],
    custom_text: { submit: { message: say.until(hourOf(payment.payUntil, config.timeZone, locale)) } },
    client_reference_id: bookingId,
    metadata,
    payment_intent_data: { metadata },
    success_url: backTo(config.checkoutSuccessUrl, bookingId),
    cancel_url: backTo(config.checkoutCancelUrl, bookingId),
    expires_at: Math.floor(payment.createdAt.getTime() / 1_000) + checkoutSeconds,
    locale,
  };
}

const words = {
  es: {
    code: (code: string) => `Código ${code}`,
    until: (hour: string) =>
      `Tu hora está apartada hasta las ${hour.replace(/\.$/, "")}. Si pagas después y ya no está libre, te devolvemos todo.`,
  },
  en: {
    code: (code: string) => `Code ${code}`,
    until: (hour: string) => `Your time is held until ${hour}. If you pay later and it is taken, you get everything back.`,
  },
};

const hourOf = (instant: Date, timeZone: string, locale: "es" | "en"): string =>
  instant.toLocaleTimeString(locale === "es" ? "es-CO" : "en-US", { timeZone, hour: "numeric", minute: "2-digit" });

function backTo(address: string, bookingId: string): string {
  const url = new URL(address);
  url.searchParams.set("booking", bookingId);
  return url.href;
}
