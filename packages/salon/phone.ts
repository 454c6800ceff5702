import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { lineOf } from "./line.ts";

/**
 * Normalises a phone number to E.164: `(601) 742 0000` is `+576017420000`. Without a country code it is Colombian.
 * Undefined: not a possible number. Only lengths are checked, not number ranges, as new ranges are opened after a library's release.
 */
export function phoneOf(typed: string): string | undefined {
  const number = parsePhoneNumberFromString(plain(typed), { defaultCountry: "CO", extract: false });
  return number?.isPossible() && !number.ext ? number.number : undefined;
}

// 00 is the usual international prefix; the library would parse it as dialled in Colombia, where a carrier code follows it.
const plain = (typed: string): string =>
  lineOf(typed)
    .replaceAll(/[()\u200c\u200d]/g, "")
    .replace(/^00/, "+");
