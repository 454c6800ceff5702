import { lineOf } from "@lacio/salon/line";
import { money } from "@lacio/salon/money";
import { faceOf, isPlain } from "./faces.ts";

// Tax documents are in Colombian time, independent of servers and clients.
const ZONE = "America/Bogota";

/** `$ 180.000,00` */
export const printedMoney = (minorUnits: bigint): string => money(minorUnits, "es", "always");

/** `24 de noviembre de 2026` and `5:21:07 p. m., hora de Bogotá (UTC-5)` */
export function printedInstant(instant: Date): [day: string, time: string] {
  const time = inBogota(instant, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  return [inBogota(instant, { day: "numeric", month: "long", year: "numeric" }), `${time}, hora de Bogotá (UTC-5)`];
}

/** `miércoles 2 de diciembre de 2026` and `8:30 a. m., hora de Bogotá` */
export function printedVisit(instant: Date): [day: string, time: string] {
  const weekday = inBogota(instant, { weekday: "long" });
  const day = inBogota(instant, { day: "numeric", month: "long", year: "numeric" });
  return [`${weekday} ${day}`, `${inBogota(instant, { hour: "numeric", minute: "2-digit" })}, hora de Bogotá`];
}

/** `2026-11-24` as `24/11/2026` */
export function printedDay(day: string): string {
  return day.split("-").reverse().join("/");
}

/** `2026-11-24T17:21:07-05:00` */
export function bogotaDateTime(instant: Date): string {
  return bogota(instant).toString({ smallestUnit: "second", timeZoneName: "never" });
}

/** The drawable part of a text, as one line: emoji and invisible characters are removed; a character without a glyph becomes "?". */
export function printable(text: string): string {
  const seen = [...new Intl.Segmenter("es", { granularity: "grapheme" }).segment(lineOf(text).replaceAll(/\p{Cc}/gu, ""))]
    .map(({ segment }) =>
      isPlain(segment) || faceOf(segment, false) ? segment : /\p{Extended_Pictographic}|\p{C}/u.test(segment) ? "" : "?",
    )
    .join("");
  return lineOf(seen);
}

function inBogota(instant: Date, shape: Intl.DateTimeFormatOptions): string {
  return bogota(instant).toLocaleString("es-CO", shape);
}

function bogota(instant: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(ZONE);
}
