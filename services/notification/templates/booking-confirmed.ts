import { shortDay, shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { cancelPolicy, serviceNames, visitFacts, visitLinks } from "./visit.ts";
import type { CancelPolicy, Visit, VisitLinks } from "./visit.ts";

/** `invoiceNumber`: the invoice is attached; without it an `invoice_ready` mail follows. */
export type BookingConfirmed = MailContext & { visit: Visit; policy: CancelPolicy; invoiceNumber?: string } & VisitLinks;

export function bookingConfirmed(input: BookingConfirmed): Mail {
  const { locale, salon, visit, policy, invoiceNumber, bookingUrl } = input;
  const say = WORDS[locale];
  const when = shortDayAndHour(visit.start, salon.timeZone, locale);
  return compose(input, {
    subject: say.subject(when),
    preheader: `${serviceNames(visit, locale)}. ${salon.address}`,
    title: say.title(shortDay(visit.start, salon.timeZone, locale)),
    blocks: [
      { paragraph: say.intro },
      visitFacts(visit, input),
      { paragraph: invoiceNumber ? say.invoiceAttached(invoiceNumber) : say.invoiceLater },
      { button: say.button, url: bookingUrl },
      ...visitLinks(policy, input, input),
      ...cancelPolicy(visit, policy, input),
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Cita confirmada: ${when}`,
    title: (day: string) => `Listo, te esperamos el ${day}`,
    intro: "Recibimos tu pago y tu cita está confirmada.",
    invoiceAttached: (number: string) => `Adjuntamos tu factura ${number} en PDF.`,
    invoiceLater: "Te enviaremos la factura en otro correo apenas esté lista.",
    button: "Ver mi cita",
  },
  en: {
    subject: (when: string) => `Appointment confirmed: ${when}`,
    title: (day: string) => `All set, see you on ${day}`,
    intro: "We received your payment and your appointment is confirmed.",
    invoiceAttached: (number: string) => `Your invoice ${number} is attached as a PDF.`,
    invoiceLater: "We will send the invoice in another e-mail as soon as it is ready.",
    button: "See my appointment",
  },
};
