import type { DocumentType } from "@lacio/salon/document";
import { m } from "#lib/paraglide/messages.js";

/** The names of the identity documents that an invoice can carry, the most common first. */
export const documentNames: Record<DocumentType, () => string> = {
  CC: m.document_cc,
  CE: m.document_ce,
  NIT: m.document_nit,
  PASSPORT: m.document_passport,
  PPT: m.document_ppt,
  TI: m.document_ti,
  PEP: m.document_pep,
  TE: m.document_te,
  RC: m.document_rc,
  NUIP: m.document_nuip,
  FOREIGN_ID: m.document_foreign_id,
  FOREIGN_NIT: m.document_foreign_nit,
};
