import type { Document_Type } from "@lacio/proto/users/v1/users_service";
import { checkDigit } from "./nit.ts";
import { withoutUnseen } from "./line.ts";

/** What kind of identity document, by its name in the proto. */
export type DocumentType = Exclude<keyof typeof Document_Type, "TYPE_UNSPECIFIED">;

/** `code` is DIAN's (Anexo técnico 1.9, 13.2.1), `printed` its name on an invoice; the number has `min` to `max` characters of kind `of`. */
export type DocumentRule = { code: string; printed: string; of: keyof typeof characters; min: number; max: number };

const characters = { digits: /^[0-9]*$/, letters: /^[A-Z0-9]*$/, dashes: /^[A-Z0-9-]*$/ };

/** Every document type that DIAN accepts for a buyer. A NIT's length excludes its check digit; a natural person's NIT is her cédula number. */
export const documentRules: Record<DocumentType, DocumentRule> = {
  CC: { code: "13", printed: "CC", of: "digits", min: 4, max: 10 },
  CE: { code: "22", printed: "CE", of: "letters", min: 4, max: 12 },
  NIT: { code: "31", printed: "NIT", of: "digits", min: 6, max: 10 },
  PASSPORT: { code: "41", printed: "Pasaporte", of: "letters", min: 5, max: 15 },
  RC: { code: "11", printed: "RC", of: "letters", min: 6, max: 11 },
  TI: { code: "12", printed: "TI", of: "digits", min: 10, max: 11 },
  TE: { code: "21", printed: "TE", of: "letters", min: 4, max: 12 },
  FOREIGN_ID: { code: "42", printed: "Documento extranjero", of: "dashes", min: 4, max: 20 },
  PEP: { code: "47", printed: "PEP", of: "digits", min: 15, max: 15 },
  PPT: { code: "48", printed: "PPT", of: "digits", min: 5, max: 10 },
  FOREIGN_NIT: { code: "50", printed: "NIT de otro país", of: "dashes", min: 4, max: 20 },
  NUIP: { code: "91", printed: "NUIP", of: "digits", min: 10, max: 11 },
};

/** As people write it: `1.020.304.050`, `900 373 115–3`, `ab12345`. */
export const documentNumberOf = (typed: string): string =>
  withoutUnseen(typed)
    .replaceAll(/\p{Pd}/gu, "-")
    .replaceAll(/[\s.]/gu, "")
    .toUpperCase();

/** The number as it is kept, a NIT always with its check digit; or what is wrong with it. */
export function checkDocument(type: DocumentType, typed: string): { number: string } | { wrong: "number" | "check digit" } {
  const number = documentNumberOf(typed);
  if (type === "NIT") return checkNit(number);
  const { of, min, max } = documentRules[type];
  return characters[of].test(number) && number.length >= min && number.length <= max ? { number } : { wrong: "number" };
}

// The check digit is often missing, or written without its dash; that is unambiguous only for a company's NIT: nine digits, the first 8 or 9.
function checkNit(typed: string): ReturnType<typeof checkDocument> {
  const [, nit, digit] = /^(\d{6,10})(?:-(\d))?$/.exec(typed.replace(/^([89]\d{8})(\d)$/, "$1-$2")) ?? [];
  if (!nit) return { wrong: "number" };
  if (digit && Number(digit) !== checkDigit(nit)) return { wrong: "check digit" };
  return { number: `${nit}-${checkDigit(nit)}` };
}
