import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { caller, mayAct } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { MoneySchema } from "@lacio/proto/common/v1/money";
import { Invoice_Kind, type InvoiceSchema } from "@lacio/proto/invoice/v1/invoice_service";
import type { App, Rpc } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";

export const getInvoice =
  (app: App): Rpc["getInvoice"] =>
  async ({ invoiceId }, ctx) => ({ invoice: shown(await visibleInvoice(app, invoiceId, ctx)) });

/** @throws Refusal `not_found`, also to strangers. */
export async function visibleInvoice(app: App, id: string, ctx: HandlerContext): Promise<Invoice> {
  const invoice = await app.db.read().findOne(Invoice, { id });
  if (!invoice || !mayAct(caller(ctx), invoice.clientId)) throw notFound("invoice");
  return invoice;
}

export function shown(invoice: Invoice): MessageInitShape<typeof InvoiceSchema> {
  const { id, kind, numberText, bookingId, paymentId, clientId, correctsInvoiceId, currency } = invoice;
  const money = (units: bigint | string) => create(MoneySchema, { currencyCode: currency, minorUnits: BigInt(units) });
  return {
    invoiceId: id,
    kind: Invoice_Kind[kind],
    number: numberText,
    bookingId,
    paymentId,
    clientId,
    lines: invoice.lines.map((line) => ({ ...line, base: money(line.base), iva: money(line.iva), total: money(line.total) })),
    base: money(invoice.base),
    iva: money(invoice.iva),
    total: money(invoice.total),
    issuedAt: timestampFromDate(invoice.issuedAt),
    correctsInvoiceId: correctsInvoiceId ?? "",
  };
}
