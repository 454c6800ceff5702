import { Document_Type, Profile_WhenStylistCancels as WhenStylistCancels } from "@lacio/proto/users/v1/users_service";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { nameRule, phoneRule } from "./account-rules.ts";

export const documentTypes = ["", "CC", "CE", "NIT", "PASSPORT"] as const;

// As people write them: "1.020.304.050", "900 123 456-7".
const numberRule = () =>
  v.pipe(
    v.optional(v.string(), ""),
    v.transform((typed) => typed.replace(/[\s.]/g, "").toUpperCase()),
    v.regex(/^([A-Z0-9-]{3,20})?$/, m.document_wrong()),
  );

/** The form of the profile, as UpdateMe wants it. A document is whole or absent: once given it can be changed, not taken away. */
export const profileRules = () =>
  v.pipe(
    v.object({
      name: nameRule(),
      phone: phoneRule(),
      locale: v.picklist(["es", "en"], m.choose_language()),
      documentType: v.optional(v.picklist(documentTypes, m.document_wrong()), ""),
      documentNumber: numberRule(),
    }),
    v.forward(
      v.check(({ documentType, documentNumber }) => (documentType === "") === (documentNumber === ""), m.document_both()),
      ["documentNumber"],
    ),
    v.transform(({ documentType, documentNumber, ...rest }) => ({
      ...rest,
      ...(documentType && { document: { type: Document_Type[documentType], number: documentNumber } }),
    })),
  );

export const preferenceRules = () =>
  v.pipe(
    v.object({ when: v.picklist(["REFUND", "SUBSTITUTE"], m.field_wrong()), marketing: v.optional(v.string()) }),
    v.transform(({ when, marketing }) => ({ whenStylistCancels: WhenStylistCancels[when], marketingMail: marketing !== undefined })),
  );
