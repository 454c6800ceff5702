import type { Language } from "@lacio/salon/money";

export type Locale = Language;

const TAG = { es: "es-CO", en: "en-US" } as const;

/** Spanish unless the person chose English. */
export function mailLocale(profileLocale: string): Locale {
  return /^en\b/i.test(profileLocale) ? "en" : "es";
}

/** `miércoles 2 de diciembre de 2026` · `Wednesday, December 2, 2026` */
export function day(instant: Date, zone: string, locale: Locale): string {
  return dated(instant, zone, locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** `miércoles 2 de diciembre` · `Wednesday, December 2` */
export function shortDay(instant: Date, zone: string, locale: Locale): string {
  return dated(instant, zone, locale, { weekday: "long", day: "numeric", month: "long" });
}

/** `miércoles 2 de diciembre, 8:30 a. m.` · `Wednesday, December 2, 8:30 AM` */
export function shortDayAndHour(instant: Date, zone: string, locale: Locale): string {
  return `${shortDay(instant, zone, locale)}, ${hour(instant, zone, locale)}`;
}

/** `miércoles 2 de diciembre de 2026, 8:30 a. m. (hora de Bogotá)` */
export function dayAndHour(instant: Date, zone: string, locale: Locale): string {
  return `${day(instant, zone, locale)}, ${hour(instant, zone, locale)} (${zoneName(zone, locale)})`;
}

/** `8:30 a. m. a 11:00 a. m. (hora de Bogotá)` */
export function hours(start: Date, end: Date, zone: string, locale: Locale): string {
  const to = locale === "es" ? "a" : "to";
  return `${hour(start, zone, locale)} ${to} ${hour(end, zone, locale)} (${zoneName(zone, locale)})`;
}

function hour(instant: Date, zone: string, locale: Locale): string {
  return at(instant, zone).toLocaleString(TAG[locale], { hour: "numeric", minute: "2-digit" });
}

function dated(instant: Date, zone: string, locale: Locale, shape: Intl.DateTimeFormatOptions): string {
  const text = at(instant, zone).toLocaleString(TAG[locale], shape);
  // Spanish prose has no comma after the weekday.
  return locale === "es" ? text.replace(",", "") : text;
}

function zoneName(zone: string, locale: Locale): string {
  const city = zone === "America/Bogota" ? "Bogotá" : (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
  return locale === "es" ? `hora de ${city}` : `${city} time`;
}

function at(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}
