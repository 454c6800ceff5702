import { dayAndHour, shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { stylistVisitFacts } from "./stylist-visit.ts";
import type { StylistVisit } from "./stylist-visit.ts";

/** The same stylist at another time; `visit` is the new one. */
export type StylistBookingRescheduled = MailContext & {
  visit: StylistVisit;
  oldStart: Date;
  clientName?: string;
  agendaUrl?: string;
};

export function stylistBookingRescheduled(input: StylistBookingRescheduled): Mail {
  const { locale, salon, visit, oldStart, clientName, agendaUrl } = input;
  const say = WORDS[locale];
  const before = say.before(dayAndHour(oldStart, salon.timeZone, locale));
  return compose(input, {
    subject: say.subject(shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: before,
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      stylistVisitFacts(visit, clientName, input),
      { paragraph: before },
      ...(agendaUrl ? [{ button: say.button, url: agendaUrl }] : []),
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Una cita cambió: ${when}`,
    title: "Una cita de tu agenda cambió",
    intro: "Así quedó la cita:",
    before: (when: string) => `Antes era el ${when}.`,
    button: "Ver mi agenda",
  },
  en: {
    subject: (when: string) => `An appointment moved: ${when}`,
    title: "An appointment in your agenda moved",
    intro: "This is the appointment now:",
    before: (when: string) => `Before, it was on ${when}.`,
    button: "See my agenda",
  },
};
