import { dayAndHour, shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Block } from "./blocks.ts";
import type { Mail, MailContext } from "./layout.ts";
import { cancelPolicy, visitFacts, visitLinks } from "./visit.ts";
import type { CancelPolicy, Visit, VisitLinks } from "./visit.ts";

/** `visit` is the new one. `toPay`: still unpaid, and held until then. */
export type BookingRescheduled = MailContext & {
  visit: Visit;
  oldStart: Date;
  policy: CancelPolicy;
  toPay?: { until: Date; url: string };
} & VisitLinks;

export function bookingRescheduled(input: BookingRescheduled): Mail {
  const { locale, salon, visit, oldStart, policy } = input;
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
      ...nextStep(input),
      ...visitLinks(policy, input, input),
      ...(input.toPay ? [] : cancelPolicy(visit, policy, input)), // the policy applies only to a paid booking
    ],
  });
}

function nextStep({ locale, salon, toPay, bookingUrl }: BookingRescheduled): Block[] {
  const say = WORDS[locale];
  if (!toPay) return [{ button: say.see, url: bookingUrl }];
  return [{ paragraph: say.held(dayAndHour(toPay.until, salon.timeZone, locale)) }, { button: say.pay, url: toPay.url }];
}

const WORDS = {
  es: {
    subject: (when: string) => `Tu cita cambió: ${when}`,
    title: "Tu cita cambió de hora",
    intro: "Así quedó tu cita:",
    before: (when: string) => `Antes era el ${when}.`,
    held: (until: string) => `Todavía falta pagarla: te guardamos la hora hasta el ${until}.`,
    pay: "Pagar mi cita",
    see: "Ver mi cita",
  },
  en: {
    subject: (when: string) => `Your appointment moved: ${when}`,
    title: "Your appointment moved",
    intro: "This is your appointment now:",
    before: (when: string) => `Before, it was on ${when}.`,
    held: (until: string) => `It is not paid yet: we hold the time for you until ${until}.`,
    pay: "Pay for my appointment",
    see: "See my appointment",
  },
};
