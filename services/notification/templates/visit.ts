import { bookingCode } from "@lacio/salon/booking-code";
import { day, dayAndHour, hours, money } from "./format.ts";
import type { Locale } from "./format.ts";
import type { Block, MailContext } from "./layout.ts";

/** A booking as mails tell it. The price is in minor units of COP. */
export type Visit = {
  bookingId: string;
  lines: { serviceName: string; serviceNameEn?: string; stylistName: string }[];
  start: Date;
  end: Date;
  price: bigint;
};

/** Free of charge until so many hours before the start; afterwards this share is given back: at this moment, `refundNow`. */
export type CancelPolicy = { freeUntilHours: number; lateRefundPercent: number; refundNow?: bigint };

/** Where a visit is seen, moved and cancelled. */
export type VisitLinks = { bookingUrl: string; changeUrl: string; cancelUrl: string };

export type CancelledBy = "CLIENT" | "STYLIST" | "SALON";

const WORDS = {
  es: { service: "Servicio", with: "Con", date: "Fecha", hour: "Hora", price: "Precio", place: "Lugar", code: "Código" },
  en: { service: "Service", with: "With", date: "Date", hour: "Time", price: "Price", place: "Place", code: "Code" },
};

export function visitFacts(visit: Visit, { locale, salon }: MailContext): Block {
  const say = WORDS[locale];
  return {
    facts: [
      [say.service, serviceNames(visit, locale)],
      [say.with, stylistNames(visit)],
      [say.date, day(visit.start, salon.timeZone, locale)],
      [say.hour, hours(visit.start, visit.end, salon.timeZone, locale)],
      [say.price, money(visit.price, locale)],
      [say.place, `${salon.name}, ${salon.address}`],
      [say.code, bookingCode(visit.bookingId)],
    ],
  };
}

export function serviceNames({ lines }: Pick<Visit, "lines">, locale: Locale): string {
  return lines.map(({ serviceName, serviceNameEn }) => (locale === "en" && serviceNameEn) || serviceName).join(" + ");
}

export function stylistNames({ lines }: Visit): string {
  return [...new Set(lines.map((line) => line.stylistName))].join(", ");
}

export function cancelPolicy(visit: Visit, policy: CancelPolicy, { locale, salon, now }: MailContext): Block {
  const { freeUntilHours, lateRefundPercent } = policy;
  if (freeUntilHours === 0 || lateRefundPercent === 100) return { note: ALWAYS_FREE[locale] };
  const until = freeUntil(visit, policy);
  if (until <= now) return { note: tooLate(policy, locale) };
  return { note: `${FREE_UNTIL[locale](dayAndHour(until, salon.timeZone, locale))} ${afterwards(lateRefundPercent, locale)}` };
}

/** What can be done with a visit to come. A client moves it as long as cancelling is free. */
export function visitLinks(visit: Visit, policy: CancelPolicy, { changeUrl, cancelUrl }: VisitLinks, { locale, now }: MailContext): Block {
  const say = LINKS[locale];
  const movable = freeUntil(visit, policy) > now;
  return { links: [...(movable ? [[say.change, changeUrl] as [string, string]] : []), [say.cancel, cancelUrl]] };
}

function freeUntil({ start }: Visit, { freeUntilHours }: CancelPolicy): Date {
  return new Date(start.getTime() - freeUntilHours * 3_600_000);
}

const LINKS = {
  es: { change: "Cambiar la hora", cancel: "Cancelar la cita" },
  en: { change: "Change the time", cancel: "Cancel the appointment" },
};

const ALWAYS_FREE = {
  es: "Puedes cancelar sin costo hasta que empiece la cita: te devolvemos todo.",
  en: "You can cancel free of charge until the appointment starts: you get everything back.",
};

const FREE_UNTIL = {
  es: (until: string) => `Puedes cancelar sin costo hasta el ${until}.`,
  en: (until: string) => `You can cancel free of charge until ${until}.`,
};

export function hoursInWords(count: number, locale: Locale): string {
  if (locale === "es") return `${count} ${count === 1 ? "hora" : "horas"}`;
  return `${count} ${count === 1 ? "hour" : "hours"}`;
}

function afterwards(percent: number, locale: Locale): string {
  if (locale === "es") return percent === 0 ? "Después no hay devolución." : `Después te devolvemos el ${percent} % de lo que pagaste.`;
  return percent === 0 ? "After that nothing is refunded." : `After that you get ${percent}% of what you paid back.`;
}

function tooLate({ freeUntilHours, lateRefundPercent, refundNow }: CancelPolicy, locale: Locale): string {
  const hours = hoursInWords(freeUntilHours, locale);
  const nothing = lateRefundPercent === 0;
  if (locale === "es") {
    const back = nothing ? "no hay devolución" : `te devolvemos ${refundNow ? money(refundNow, locale) : `el ${lateRefundPercent} %`}`;
    return `Faltan menos de ${hours} para tu cita: si la cancelas, ${back}.`;
  }
  const back = nothing ? "nothing is refunded" : `you get ${refundNow ? money(refundNow, locale) : `${lateRefundPercent}%`} back`;
  return `Your appointment is less than ${hours} away: if you cancel, ${back}.`;
}
