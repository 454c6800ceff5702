/** The content of an invoice or credit note, frozen at issue. Amounts are minor units of COP. */
export type InvoiceDocument = {
  kind: "INVOICE" | "CREDIT_NOTE";
  /** Prefix and number, as printed. */
  number: string;
  issuedAt: Date;
  issuer: Issuer;
  /** Credit notes have none. */
  resolution?: Resolution;
  client: Client;
  lines: DocumentLine[];
  base: bigint;
  iva: bigint;
  total: bigint;
  /** The invoice that a credit note corrects. */
  correctsNumber?: string;
  bookingId: string;
  visitAt: Date;
  /** Printed on every page, e.g. that the document was made in a test environment. */
  notice?: string;
};

export type Issuer = { name: string; nit: string; address: string; city: string; phone: string; email: string };

/** Dates are YYYY-MM-DD. */
export type Resolution = { number: string; prefix: string; from: bigint; to: bigint; validFrom: string; validUntil: string };

/** Without a document number the buyer is the anonymous final consumer. */
export type Client = { name: string; documentType?: string; documentNumber?: string; email: string };

/** Base, IVA and total are for the whole quantity. */
export type DocumentLine = {
  description: string;
  quantity: number;
  base: bigint;
  ivaPercent: number;
  iva: bigint;
  total: bigint;
};

export const FINAL_CONSUMER = "222222222222";
