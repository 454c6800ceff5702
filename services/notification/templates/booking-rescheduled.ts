import { dayAndHour, shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { cancelPolicy, visitFacts } from "./visit.ts";
import type { CancelPolicy, Visit } from "./visit.ts";

/** `visit` is the new one. */
export type BookingRescheduled = MailContext & { visit: Visit; oldStart: Date; policy: CancelPolicy; bookingUrl?: string };

export function bookingRescheduled(input: BookingRescheduled): Mail {
  const { locale, salon, visit, oldStart, policy, bookingUrl } = input;
  const say = WORDS[locale];
  const when = shortDayAndHour(visit.start, salon.timeZone, locale);
  const before = say.before(dayAndHour(oldStart, salon.timeZone, locale));
  return compose(input, {
    subject: say.subject(when),
    preheader: before,
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      visitFacts(visit, input),
      { paragraph: before },
      ...(bookingUrl ? [{ button: say.button, url: bookingUrl }] : []),
      cancelPolicy(visit, policy, input),
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Tu cita cambió: ${when}`,
    title: "Tu cita cambió de hora",
    intro: "Así quedó tu cita:",
    before: (when: string) => `Antes era el ${when}.`,
    button: "Ver mi cita",
  },
  en: {
    subject: (when: string) => `Your appointment moved: ${when}`,
    title: "Your appointment moved",
    intro: "This is your appointment now:",
    before: (when: string) => `Before, it was on ${when}.`,
    button: "See my appointment",
  },
};
