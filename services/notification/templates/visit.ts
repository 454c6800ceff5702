import { bookingCode } from "@lacio/salon/booking-code";
import { money } from "@lacio/salon/money";
import { day, dayAndHour, hours, shortDayAndHour } from "./format.ts";
import type { Locale } from "./format.ts";
import type { Block } from "./blocks.ts";
import type { MailContext } from "./layout.ts";

/** A booking as shown in mails. The price is in minor units of COP. */
export type Visit = {
  bookingId: string;
  lines: { serviceName: string; serviceNameEn?: string; stylistName: string }[];
  start: Date;
  end: Date;
  price: bigint;
};

/** What booking answers about moving and cancelling from now on; an absent field is over or does not apply. */
export type CancelPolicy = {
  freeUntilHours: number;
  /** Equal to the start: cancelling is always free. */
  freeUntil?: Date;
  /** The refund of a cancellation after `freeUntil`. */
  lateRefund?: bigint;
  movable: boolean;
  cancellable: boolean;
};

/** The URLs to see, move and cancel a visit. */
export type VisitLinks = { bookingUrl: string; changeUrl: string; cancelUrl: string };

/** A free time that the client could take instead. */
export type Alternative = { start: Date; stylistName: string };

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

/** `jueves 3 de diciembre, 8:30 a. m., con Valentina Ríos` */
export function alternativeInWords({ start, stylistName }: Alternative, { locale, salon }: MailContext): string {
  return `${shortDayAndHour(start, salon.timeZone, locale)}, ${locale === "es" ? "con" : "with"} ${stylistName}`;
}

export function stylistNames({ lines }: Visit): string {
  return [...new Set(lines.map((line) => line.stylistName))].join(", ");
}

/** The policy in one sentence; no block when the client can't cancel any more. */
export function cancelPolicy(
  { start }: Visit,
  { freeUntil, freeUntilHours, lateRefund = 0n, cancellable }: CancelPolicy,
  context: MailContext,
): Block[] {
  const { locale, salon } = context;
  const say = RULES[locale];
  if (!cancellable) return [];
  const back = lateRefund > 0n ? money(lateRefund, locale) : undefined;
  if (!freeUntil) return [{ note: say.late(hoursInWords(freeUntilHours, locale), back) }];
  if (freeUntil >= start) return [{ note: say.always }];
  return [{ note: say.until(dayAndHour(freeUntil, salon.timeZone, locale), back) }];
}

/** Links for what the client can still do with a visit. */
export function visitLinks({ movable, cancellable }: CancelPolicy, { changeUrl, cancelUrl }: VisitLinks, { locale }: MailContext): Block[] {
  const say = LINKS[locale];
  const links: [string, string][] = [];
  if (movable) links.push([say.change, changeUrl]);
  if (cancellable) links.push([say.cancel, cancelUrl]);
  return links.length > 0 ? [{ links }] : [];
}

export function hoursInWords(count: number, locale: Locale): string {
  if (count >= 48 && count % 24 === 0) return `${count / 24} ${locale === "es" ? "días" : "days"}`;
  if (locale === "es") return `${count} ${count === 1 ? "hora" : "horas"}`;
  return `${count} ${count === 1 ? "hour" : "hours"}`;
}

const LINKS = {
  es: { change: "Cambiar la hora", cancel: "Cancelar la cita" },
  en: { change: "Change the time", cancel: "Cancel the appointment" },
};

// The same texts as on the booking's page.
const RULES = {
  es: {
    always: "Puedes cancelar gratis hasta que empiece la cita: te devolvemos todo.",
    until: (until: string, back = "") =>
      `Puedes cancelar gratis hasta el ${until}. ${back ? `Después te devolvemos ${back}.` : "Después no hay devolución."}`,
    late: (hours: string, back = "") =>
      `Faltan menos de ${hours} para tu cita: si la cancelas, ${back ? `te devolvemos ${back}` : "no hay devolución"}.`,
  },
  en: {
    always: "You can cancel free of charge until the appointment starts: you get everything back.",
    until: (until: string, back = "") =>
      `You can cancel free of charge until ${until}. ${back ? `After that you get ${back} back.` : "After that nothing is refunded."}`,
    late: (hours: string, back = "") =>
      `Your appointment is less than ${hours} away: if you cancel, ${back ? `you get ${back} back` : "nothing is refunded"}.`,
  },
};
