import { bookingCode } from "@lacio/salon/booking-code";
import { day, hours } from "./format.ts";
import type { Block } from "./blocks.ts";
import type { MailContext } from "./layout.ts";
import { serviceNames } from "./visit.ts";
import type { Visit } from "./visit.ts";

const WORDS = {
  es: { client: "Cliente", service: "Servicio", date: "Fecha", hour: "Hora", code: "Código", erased: "borró sus datos" },
  en: { client: "Client", service: "Service", date: "Date", hour: "Time", code: "Code", erased: "erased their data" },
};

/** `lines`, `start` and `end` of the stylist's own part of the visit; stylists don't see prices. */
export type StylistVisit = Omit<Visit, "price">;

/** `clientName` undefined: the mail does not mention the client. Empty: the client's data was erased. */
export function stylistVisitFacts(visit: StylistVisit, clientName: string | undefined, { locale, salon }: MailContext): Block {
  const say = WORDS[locale];
  return {
    facts: [
      ...(clientName === undefined ? [] : [[say.client, clientName || say.erased] as [string, string]]),
      [say.service, serviceNames(visit, locale)],
      [say.date, day(visit.start, salon.timeZone, locale)],
      [say.hour, hours(visit.start, visit.end, salon.timeZone, locale)],
      [say.code, bookingCode(visit.bookingId)],
    ],
  };
}
