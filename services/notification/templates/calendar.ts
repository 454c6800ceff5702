import type { CalendarVisit } from "@lacio/calendar/visit-file";
import { bookingCode } from "@lacio/salon/booking-code";
import type { MailContext } from "./layout.ts";
import { serviceNames, stylistNames, type Visit } from "./visit.ts";

const WORDS = {
  es: { with: "Con", code: "Código" },
  en: { with: "With", code: "Code" },
};

/** The visit for the iCalendar file that is attached to the mail. */
export function calendarVisit(
  visit: Visit,
  { locale, salon }: Pick<MailContext, "locale" | "salon">,
  said: Pick<CalendarVisit, "revision" | "state" | "url">,
): CalendarVisit {
  const say = WORDS[locale];
  return {
    ...said,
    bookingId: visit.bookingId,
    start: visit.start.toISOString(),
    end: visit.end.toISOString(),
    title: `${serviceNames(visit, locale)} · ${salon.name}`,
    description: [`${say.with} ${stylistNames(visit)}`, `${say.code}: ${bookingCode(visit.bookingId)}`, salon.phone]
      .filter(Boolean)
      .join("\n"),
    place: `${salon.name}, ${salon.address}`,
  };
}
