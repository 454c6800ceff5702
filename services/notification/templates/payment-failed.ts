import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { visitFacts } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** Without `toPay` the hold has ended. */
export type PaymentFailed = MailContext & { visit: Visit; toPay?: { until: Date; url: string }; bookAgainUrl: string };

export function paymentFailed(input: PaymentFailed): Mail {
  const { locale, salon, visit, toPay, bookAgainUrl } = input;
  const say = WORDS[locale];
  const next = toPay ? say.held(dayAndHour(toPay.until, salon.timeZone, locale)) : say.free;
  return compose(input, {
    subject: say.subject,
    preheader: next,
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      { paragraph: next },
      toPay ? { button: say.button, url: toPay.url } : { button: say.again, url: bookAgainUrl },
      visitFacts(visit, input),
    ],
  });
}

const WORDS = {
  es: {
    subject: "Tu pago no pasó: tu cita aún no está confirmada",
    title: "Tu pago no pasó",
    intro: "El banco o el medio de pago no aprobó el cobro, así que tu cita aún no está confirmada.",
    held: (until: string) => `Te guardamos la hora hasta el ${until}. Puedes intentar de nuevo, con el mismo medio de pago o con otro.`,
    free: "La hora quedó libre de nuevo. Puedes reservar otra vez cuando quieras.",
    button: "Intentar de nuevo",
    again: "Reservar otra vez",
  },
  en: {
    subject: "Your payment failed: your appointment is not confirmed yet",
    title: "Your payment did not go through",
    intro: "The bank or payment method did not approve the charge, so your appointment is not confirmed yet.",
    held: (until: string) => `We hold your time until ${until}. You can try again, with the same payment method or another.`,
    free: "The time is free again. You can book again whenever you like.",
    button: "Try again",
    again: "Book again",
  },
};
