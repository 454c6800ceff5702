import { fact, type Fact } from "@lacio/chassis/fact";
import type { Turn } from "@lacio/chassis/jobs";
import { CreditNoteIssuedSchema, InvoiceIssuedSchema } from "@lacio/proto/invoice/v1/events";
import type { App } from "../app.ts";
import type { InvoiceDocument } from "../domain/invoice-document.ts";
import { Invoice } from "../domain/invoice.ts";
import { NumberingRange } from "../domain/numbering-range.ts";
import { invoiceJson } from "../pdf/invoice-json.ts";
import { renderInvoicePdf } from "../pdf/render-invoice-pdf.ts";

export async function keptFile(app: App, invoiceId: string): Promise<Buffer | undefined> {
  const [file] = await app.db.sql<{ pdf: Buffer }>("select pdf from invoice_file where invoice_id = $1", [invoiceId]);
  return file?.pdf;
}

/** Renders an invoice's files and stores them in a transaction of `keep`. The unique row lets the first of concurrent calls alone emit the event. */
export async function renderFile(app: App, invoice: Invoice, keep: Turn["end"] = app.transact): Promise<Buffer> {
  const document = await documentOf(app, invoice);
  const pdf = await renderInvoicePdf(document);
  await keep(async (tx) => {
    const kept = await tx.sql("insert into invoice_file (invoice_id, pdf, json) values ($1, $2, $3) on conflict do nothing returning 1", [
      invoice.id,
      pdf,
      invoiceJson(document),
    ]);
    if (kept.length > 0) tx.emit(issued(invoice));
  });
  return pdf;
}

async function documentOf(app: App, invoice: Invoice): Promise<InvoiceDocument> {
  const em = app.db.read();
  const range = await em.findOneOrFail(NumberingRange, { id: invoice.rangeId });
  const corrected = invoice.correctsInvoiceId && (await em.findOneOrFail(Invoice, { id: invoice.correctsInvoiceId }));
  const { kind, issuedAt, issuer, client, base, iva, total, bookingId, visitAt } = invoice;
  return {
    kind,
    number: invoice.numberText,
    issuedAt,
    issuer,
    ...(kind === "INVOICE" && { resolution: resolutionOf(range) }),
    client,
    lines: invoice.lines.map((line) => ({ ...line, base: BigInt(line.base), iva: BigInt(line.iva), total: BigInt(line.total) })),
    base,
    iva,
    total,
    ...(corrected && { correctsNumber: corrected.numberText }),
    bookingId,
    visitAt,
    notice: app.config.notice,
  };
}

function resolutionOf({ resolution, prefix, fromNumber, toNumber, validFrom, validUntil }: NumberingRange) {
  return { number: resolution, prefix, from: fromNumber, to: toNumber, validFrom, validUntil };
}

// Keyed by booking, so that notification consumes a booking's events in order.
function issued({ id: invoiceId, kind, bookingId, clientId, correctsInvoiceId, total, refundId, refundAmount, currency }: Invoice): Fact {
  if (kind === "INVOICE") return fact(InvoiceIssuedSchema, bookingId, { invoiceId, bookingId, clientId });
  const refund = { currencyCode: currency, minorUnits: refundAmount ?? total };
  return fact(CreditNoteIssuedSchema, bookingId, {
    invoiceId,
    correctsInvoiceId: correctsInvoiceId!,
    bookingId,
    clientId,
    refund,
    refundId: refundId!,
  });
}
