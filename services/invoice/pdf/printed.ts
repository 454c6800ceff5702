// Tax documents carry Colombian time wherever the salon's servers or clients are.
const ZONE = "America/Bogota";

/** `$ 180.000,00` */
export function printedMoney(minorUnits: bigint): string {
  const pesos = new Intl.NumberFormat("es-CO").format(minorUnits / 100n);
  return `$ ${pesos},${String(minorUnits % 100n).padStart(2, "0")}`;
}

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

/** The short reference that the mails show too: the tail of the id, its only random part within one minute. */
export function bookingReference(bookingId: string): string {
  return bookingId
    .replaceAll("-", "")
    .slice(-8)
    .toUpperCase()
    .replace(/^(.{4})/, "$1-");
}

/** The standard PDF fonts hold Western European letters only: others lose their marks, or print as "?", and emoji go. */
export function printable(text: string): string {
  const characters =
    text
      .normalize("NFC")
      .replaceAll(/\s+/g, " ")
      .match(/\P{M}\p{M}*/gu) ?? [];
  return characters
    .map((character) => (inWinAnsi(character) ? character : plainer(character)))
    .join("")
    .replaceAll(/ +/g, " ")
    .trim();
}

function plainer(character: string): string {
  const bare = (PLAIN[character] ?? character.normalize("NFKD")).replaceAll(/\p{M}|\p{C}|\p{Extended_Pictographic}/gu, "");
  return [...bare].map((letter) => (inWinAnsi(letter) ? letter : "?")).join("");
}

// Latin letters whose stroke is no combining mark.
const PLAIN: Record<string, string> = { ł: "l", Ł: "L", đ: "d", Đ: "D", ħ: "h", Ħ: "H", ı: "i", ŧ: "t", Ŧ: "T", "−": "-" };

function inWinAnsi(character: string): boolean {
  return /^[ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]$/u.test(character);
}

function inBogota(instant: Date, shape: Intl.DateTimeFormatOptions): string {
  return bogota(instant).toLocaleString("es-CO", shape);
}

function bogota(instant: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(ZONE);
}
