import { Document_Type, Profile_WhenStylistCancels as WhenStylistCancels } from "@lacio/proto/users/v1/users_service";
import { checkDocument, documentRules, type DocumentType } from "@lacio/salon/document";
import * as v from "valibot";
import { documentNames } from "#lib/document-words.ts";
import { m } from "#lib/paraglide/messages.js";
import { nameRule, phoneRule } from "./account-rules.ts";

const documentTypes = ["", ...(Object.keys(documentNames) as DocumentType[])] as const;

/** The rules of the profile form, as UpdateMe requires. A document is complete or absent; once given it can be changed, not removed. */
export const profileRules = () =>
  v.pipe(
    v.object({
      name: nameRule(),
      phone: phoneRule(),
      locale: v.picklist(["es", "en"], m.choose_language()),
      documentType: v.optional(v.picklist(documentTypes, m.field_wrong()), ""),
      documentNumber: v.pipe(v.optional(v.string(), ""), v.trim()),
    }),
    v.forward(
      v.check(({ documentType, documentNumber }) => (documentType === "") === (documentNumber === ""), m.document_both()),
      ["documentNumber"],
    ),
    v.forward(
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed || dataset.value.documentType === "") return;
        const { documentType, documentNumber } = dataset.value;
        const checked = checkDocument(documentType, documentNumber);
        if (documentNumber !== "" && "wrong" in checked) addIssue({ message: documentWrong(documentType, checked.wrong) });
      }),
      ["documentNumber"],
    ),
    v.transform(({ documentType, documentNumber, ...rest }) => ({
      ...rest,
      ...(documentType && { document: { type: Document_Type[documentType], number: documentNumber } }),
    })),
  );

function documentWrong(type: DocumentType, wrong: "number" | "check digit"): string {
  if (wrong === "check digit") return m.nit_check_digit();
  const { of, min, max } = documentRules[type];
  const said = { document: documentNames[type](), min, max };
  if (type === "NIT") return m.nit_wrong(said);
  if (of === "digits") return min === max ? m.document_exact(said) : m.document_digits(said);
  return of === "letters" ? m.document_letters(said) : m.document_dashes(said);
}

export const preferenceRules = () =>
  v.pipe(
    v.object({ when: v.picklist(["REFUND", "SUBSTITUTE"], m.field_wrong()), marketing: v.optional(v.string()) }),
    v.transform(({ when, marketing }) => ({ whenStylistCancels: WhenStylistCancels[when], marketingMail: marketing !== undefined })),
  );
