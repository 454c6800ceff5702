import { invalid } from "@lacio/chassis/errors";
import { Document_Type } from "@lacio/proto/users/v1/users_service";

/** What kind of identity document; the invoice names its holder by it. */
export type DocumentType = Exclude<keyof typeof Document_Type, "TYPE_UNSPECIFIED">;

// A natural person's NIT is the cédula; the digit after the dash is often left out.
const numbers: Record<DocumentType, { pattern: RegExp; words: string }> = {
  CC: { pattern: /^[0-9]{4,10}$/, words: "must have 4 to 10 digits" },
  CE: { pattern: /^[A-Z0-9]{4,12}$/, words: "must have 4 to 12 letters or digits" },
  NIT: { pattern: /^[0-9]{6,10}(-[0-9])?$/, words: "must have 6 to 10 digits, and a check digit after a dash if any" },
  PASSPORT: { pattern: /^[A-Z0-9]{5,15}$/, words: "must have 5 to 15 letters or digits" },
};

/** @throws Refusal when no document of this type has such a number */
export function documentOf({ type, number }: { type: Document_Type; number: string }): { type: DocumentType; number: string } {
  const name = Document_Type[type] as DocumentType;
  const { pattern, words } = numbers[name];
  if (!pattern.test(number)) throw invalid("document.number", words);
  return { type: name, number };
}
