import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";
import type { Client, Issuer } from "./invoice-document.ts";

export type DocumentKind = "INVOICE" | "CREDIT_NOTE";

/** A line as it is kept in JSON, which has no 64-bit integers: amounts are decimal strings of minor units. */
export type FrozenLine = { description: string; quantity: number; base: string; ivaPercent: number; iva: string; total: string };

const InvoiceSchema = defineEntity({
  name: "Invoice",
  tableName: "invoice",
  properties: {
    id: p.uuid().primary(),
    kind: p.string().length(11).$type<DocumentKind>(),
    rangeId: p.uuid(),
    number: p.bigint(),
    numberText: p.string().length(30),
    bookingId: p.uuid(),
    paymentId: p.uuid(),
    refundId: p.uuid().nullable(),
    clientId: p.uuid(),
    issuedAt: p.datetime(),
    visitAt: p.datetime(),
    lines: p.json<FrozenLine[]>(),
    base: p.bigint(),
    iva: p.bigint(),
    total: p.bigint(),
    currency: p.string().length(3),
    client: p.json<Client>(),
    issuer: p.json<Issuer>(),
    correctsInvoiceId: p.uuid().nullable(),
    refundAmount: p.bigint().nullable(),
  },
});

/** Everything of a document but its number and its time of issue. It is stored as JSON while it waits for a numbering range. */
export type Draft = {
  kind: DocumentKind;
  bookingId: string;
  paymentId: string;
  clientId: string;
  visitAt: string;
  lines: FrozenLine[];
  currency: string;
  client: Client;
  /** Of credit notes: which refund, of how much in all, and which invoice it takes from. */
  refundId?: string;
  refundAmount?: string;
  correctsInvoiceId?: string;
};

export type TakenNumber = { rangeId: string; prefix: string; number: bigint; takenAt: Date };

/** An invoice or credit note. Immutable: triggers refuse to change or delete it. */
export class Invoice extends InvoiceSchema.class {
  static issue(draft: Draft, { rangeId, prefix, number, takenAt }: TakenNumber, issuer: Issuer): Invoice {
    return Object.assign(new Invoice(), {
      ...draft,
      id: uuidv7(),
      rangeId,
      number,
      numberText: `${prefix}${number}`,
      issuedAt: takenAt,
      visitAt: new Date(draft.visitAt),
      refundAmount: draft.refundAmount === undefined ? null : BigInt(draft.refundAmount),
      base: sum(draft.lines, "base"),
      iva: sum(draft.lines, "iva"),
      total: sum(draft.lines, "total"),
      issuer,
    });
  }
}
InvoiceSchema.setClass(Invoice);

const sum = (lines: FrozenLine[], field: "base" | "iva" | "total"): bigint =>
  lines.reduce((total, line) => total + BigInt(line[field]), 0n);
