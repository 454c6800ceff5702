import { SALON_TIME_ZONE } from "$app/env/public";
import { money as pesos } from "@lacio/salon/money";
import { getLocale } from "#lib/paraglide/runtime.js";

// Dates and hours in the salon's time zone and money in pesos, in the page's language.

const tag = () => (getLocale() === "es" ? "es-CO" : "en-US");

// Cached: constructing an Intl.DateTimeFormat costs more than a hundred uses, and a page of hours needs hundreds.
const formats = new Map<string, Intl.DateTimeFormat>();
function inZone(options: Intl.DateTimeFormatOptions, locale = tag()): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: SALON_TIME_ZONE, ...options });
  formats.set(key, format);
  return format;
}

/** "9:30 a. m.", with no-break spaces. */
export const hour = (at: string | Date): string =>
  inZone({ hour: "numeric", minute: "2-digit" }).format(new Date(at)).replaceAll(/\s/g, "\u00a0");

/** "miércoles 25 de noviembre" */
export const longDay = (at: string | Date): string =>
  inZone({ weekday: "long", day: "numeric", month: "long" }).format(new Date(at)).replace(",", "");

/** "miércoles 25 de noviembre de 2026" */
export const fullDay = (at: string | Date): string =>
  inZone({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(at)).replace(",", "");

/** "mié 25 nov, 9:30 a. m." */
export const shortMoment = (at: string | Date): string =>
  `${inZone({ weekday: "short", day: "numeric", month: "short" }).format(new Date(at)).replaceAll(",", "").replaceAll(".", "")}, ${hour(at)}`;

/** "miércoles 25 de noviembre, 9:30 a. m." */
export const moment = (at: string | Date): string => `${longDay(at)}, ${hour(at)}`;

/** The day of a moment at the salon: "2026-11-25". */
export const dayOf = (at: string | Date): string => inZone({ dateStyle: "short" }, "en-CA").format(new Date(at));

/** The hour of the day at the salon, 0 to 23. */
export const hourOfDay = (at: string | Date): number => Number(inZone({ hour: "2-digit", hourCycle: "h23" }, "en-GB").format(new Date(at)));

/** Noon of a day in Bogotá, to format the day: a time zone does not shift it into another one. */
export const noon = (day: string): Date => new Date(`${day}T17:00:00Z`);

/** A day some days later. */
export const addDays = (day: string, days: number): string => {
  const at = noon(day);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
};

export const weekday = (day: string): string => inZone({ weekday: "short" }).format(noon(day)).replace(".", "");
export const dayNumber = (day: string): string => inZone({ day: "numeric" }).format(noon(day));
export const monthName = (day: string): string => inZone({ month: "short" }).format(noon(day)).replace(".", "");

/** Centavos as "$ 320.000", in English "COP 320,000"; cents only where there are any, so that base and IVA add up: "$ 151.260,50". */
export const money = (centavos: number): string => pesos(BigInt(centavos), getLocale());

/** "3 h 30 min" */
export function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && `${hours} h`, (rest > 0 || hours === 0) && `${rest} min`].filter(Boolean).join(" ");
}

/** "24 horas", and from two days on "3 días". */
export function hoursBefore(hours: number): string {
  const [count, unit] = hours >= 48 && hours % 24 === 0 ? ([hours / 24, "day"] as const) : ([hours, "hour"] as const);
  return new Intl.NumberFormat(tag(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}

/** In whole words, for sentences and screen readers: "3 horas 30 minutos". */
export function spokenDuration(minutes: number): string {
  const unit = (count: number, name: "hour" | "minute") =>
    new Intl.NumberFormat(tag(), { style: "unit", unit: name, unitDisplay: "long" }).format(count);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && unit(hours, "hour"), (rest > 0 || hours === 0) && unit(rest, "minute")].filter(Boolean).join(" ");
}
