import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { stylistVisitFacts } from "./stylist-visit.ts";
import type { StylistVisit } from "./stylist-visit.ts";
import { serviceNames } from "./visit.ts";

export type StylistNewBooking = MailContext & { visit: StylistVisit; clientName?: string; agendaUrl?: string };

export function stylistNewBooking(input: StylistNewBooking): Mail {
  const { locale, salon, visit, clientName, agendaUrl } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: [serviceNames(visit, locale), clientName].filter(Boolean).join(", "),
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      stylistVisitFacts(visit, clientName, input),
      ...(agendaUrl ? [{ button: say.button, url: agendaUrl }] : []),
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Nueva cita: ${when}`,
    title: "Tienes una nueva cita",
    intro: "La cita está pagada y ya quedó en tu agenda.",
    button: "Ver mi agenda",
  },
  en: {
    subject: (when: string) => `New appointment: ${when}`,
    title: "You have a new appointment",
    intro: "The appointment is paid and in your agenda.",
    button: "See my agenda",
  },
};
