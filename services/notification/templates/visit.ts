import { bookingCode, day, dayAndHour, hours, money } from "./format.ts";
import type { Locale } from "./format.ts";
import type { Block, MailContext } from "./layout.ts";

/** A booking as mails tell it. The price is in minor units of COP. */
export type Visit = {
  bookingId: string;
  lines: { serviceName: string; stylistName: string }[];
  start: Date;
  end: Date;
  price: bigint;
};

/** Free of charge until so many hours before the start; afterwards this share is given back. */
export type CancelPolicy = { freeUntilHours: number; lateRefundPercent: number };

export type CancelledBy = "CLIENT" | "STYLIST" | "SALON";

const WORDS = {
  es: { service: "Servicio", with: "Con", date: "Fecha", hour: "Hora", price: "Precio", place: "Lugar", code: "Reserva" },
  en: { service: "Service", with: "With", date: "Date", hour: "Time", price: "Price", place: "Place", code: "Booking" },
};

export function visitFacts(visit: Visit, { locale, salon }: MailContext): Block {
  const say = WORDS[locale];
  return {
    facts: [
      [say.service, serviceNames(visit)],
      [say.with, stylistNames(visit)],
      [say.date, day(visit.start, salon.timeZone, locale)],
      [say.hour, hours(visit.start, visit.end, salon.timeZone, locale)],
      [say.price, money(visit.price, locale)],
      [say.place, `${salon.name}, ${salon.address}`],
      [say.code, bookingCode(visit.bookingId)],
    ],
  };
}

export function serviceNames({ lines }: Pick<Visit, "lines">): string {
  return lines.map((line) => line.serviceName).join(" + ");
}

export function stylistNames({ lines }: Visit): string {
  return [...new Set(lines.map((line) => line.stylistName))].join(", ");
}

export function cancelPolicy(visit: Visit, policy: CancelPolicy, { locale, salon, now }: MailContext): Block {
  const { freeUntilHours, lateRefundPercent } = policy;
  if (freeUntilHours === 0 || lateRefundPercent === 100) return { note: ALWAYS_FREE[locale] };
  const until = new Date(visit.start.getTime() - freeUntilHours * 3_600_000);
  if (until <= now) return { note: tooLate(lateRefundPercent, locale) };
  const moment = dayAndHour(until, salon.timeZone, locale);
  return { note: `${freeUntil(freeUntilHours, moment, locale)} ${afterwards(lateRefundPercent, locale)}` };
}

const ALWAYS_FREE = {
  es: "Puedes cancelar sin costo hasta que empiece la cita: te devolvemos todo.",
  en: "You can cancel free of charge until the appointment starts: you get everything back.",
};

export function hoursInWords(count: number, locale: Locale): string {
  if (locale === "es") return `${count} ${count === 1 ? "hora" : "horas"}`;
  return `${count} ${count === 1 ? "hour" : "hours"}`;
}

function freeUntil(count: number, until: string, locale: Locale): string {
  if (locale === "es") return `Puedes cancelar sin costo hasta ${hoursInWords(count, locale)} antes: ${until}.`;
  return `You can cancel free of charge until ${hoursInWords(count, locale)} before: ${until}.`;
}

function afterwards(percent: number, locale: Locale): string {
  if (locale === "es") return percent === 0 ? "Después no hay devolución." : `Después te devolvemos el ${percent} %.`;
  return percent === 0 ? "After that nothing is refunded." : `After that you get ${percent}% back.`;
}

function tooLate(percent: number, locale: Locale): string {
  if (locale === "es")
    return `Tu cita está cerca: si la cancelas, ${percent === 0 ? "no hay devolución" : `te devolvemos el ${percent} %`}.`;
  return `Your appointment is near: if you cancel, ${percent === 0 ? "nothing is refunded" : `you get ${percent}% back`}.`;
}
