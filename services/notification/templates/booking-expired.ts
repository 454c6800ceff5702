import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { visitFacts } from "./visit.ts";
import type { Visit } from "./visit.ts";

export type BookingExpired = MailContext & { visit: Visit; bookAgainUrl: string };

export function bookingExpired(input: BookingExpired): Mail {
  const { locale, visit, bookAgainUrl } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject,
    preheader: say.intro,
    title: say.title,
    blocks: [{ paragraph: say.intro }, visitFacts(visit, input), { button: say.button, url: bookAgainUrl }, { note: say.late }],
  });
}

const WORDS = {
  es: {
    subject: "Se acabó el tiempo para pagar tu cita",
    title: "La hora ya no está apartada",
    intro: "Te guardamos la hora mientras pagabas, pero el pago no llegó a tiempo. La hora quedó libre de nuevo.",
    button: "Buscar otra hora",
    late: "Si tu pago llega tarde, confirmamos tu cita si la hora sigue libre, o te devolvemos todo. Te avisamos por correo.",
  },
  en: {
    subject: "The time to pay for your appointment ran out",
    title: "The time is no longer held",
    intro: "We held your time while you were paying, but the payment did not arrive in time. The time is free again.",
    button: "Find another time",
    late: "If your payment arrives late, we confirm your appointment if the time is still free, or refund all of it. We will e-mail you.",
  },
};
