import { invalid } from "@lacio/chassis/errors";
import { Document_Type } from "@lacio/proto/users/v1/users_service";
import { checkDocument, documentRules, type DocumentType } from "@lacio/salon/document";

export type { DocumentType };

const characters = { digits: "digits", letters: "letters or digits", dashes: "letters, digits or dashes" };

/** A document validated and normalised by DIAN's rules for its type, as invoices print it. @throws Refusal naming `document.number` */
export function documentOf({ type, number: typed }: { type: Document_Type; number: string }): { type: DocumentType; number: string } {
  const name = Document_Type[type] as DocumentType;
  const checked = checkDocument(name, typed);
  if ("number" in checked) return { type: name, number: checked.number };
  throw invalid("document.number", checked.wrong === "check digit" ? "has a wrong check digit" : sentence(name));
}

function sentence(name: DocumentType): string {
  const { of, min, max } = documentRules[name];
  const wrong = `of a ${name} must have ${min === max ? min : `${min} to ${max}`} ${characters[of]}`;
  return name === "NIT" ? `${wrong}, and a check digit after a dash if any` : wrong;
}
