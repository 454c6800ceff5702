import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { visitFacts } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** Without `payUntil` the time is no longer held. */
export type PaymentFailed = MailContext & { visit: Visit; payUntil?: Date; payUrl?: string };

export function paymentFailed(input: PaymentFailed): Mail {
  const { locale, salon, visit, payUntil, payUrl } = input;
  const say = WORDS[locale];
  const next = payUntil ? say.held(dayAndHour(payUntil, salon.timeZone, locale)) : say.free;
  return compose(input, {
    subject: say.subject,
    preheader: next,
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      { paragraph: next },
      ...(payUntil && payUrl ? [{ button: say.button, url: payUrl }] : []),
      visitFacts(visit, input),
    ],
  });
}

const WORDS = {
  es: {
    subject: "Tu pago no pasó: tu cita aún no está confirmada",
    title: "Tu pago no pasó",
    intro: "El banco o el medio de pago no aprobó el cobro, así que tu cita aún no está confirmada.",
    held: (until: string) => `Guardamos tu hora hasta el ${until}. Puedes intentar de nuevo, con el mismo medio de pago o con otro.`,
    free: "La hora quedó libre de nuevo. Puedes reservar otra vez cuando quieras.",
    button: "Intentar de nuevo",
  },
  en: {
    subject: "Your payment failed: your appointment is not confirmed yet",
    title: "Your payment did not go through",
    intro: "The bank or payment method did not approve the charge, so your appointment is not confirmed yet.",
    held: (until: string) => `We hold your time until ${until}. You can try again, with the same payment method or another.`,
    free: "The time is free again. You can book again whenever you like.",
    button: "Try again",
  },
};
