import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { lineOf } from "./line.ts";

/**
 * A number in E.164, however it was written: `(601) 742 0000` is `+576017420000`. Without a country it is Colombia's.
 * Undefined: no country has such a number. Lengths are checked and ranges are not: new ones open while a library grows old.
 */
export function phoneOf(typed: string): string | undefined {
  const number = parsePhoneNumberFromString(plain(typed), { defaultCountry: "CO", extract: false });
  return number?.isPossible() && !number.ext ? number.number : undefined;
}

// 00 is how most of the world writes +; the library would read it as dialled in Colombia, where a carrier's digit follows.
const plain = (typed: string): string =>
  lineOf(typed)
    .replaceAll(/[()\u200c\u200d]/g, "")
    .replace(/^00/, "+");
