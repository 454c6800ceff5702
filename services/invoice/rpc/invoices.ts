import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { caller, isAdmin, mayAct, person } from "@lacio/chassis/access";
import { notFound, Refusal } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { Booking } from "@lacio/proto/booking/v1/booking_service";
import { MoneySchema } from "@lacio/proto/common/v1/money";
import { Invoice_Kind, type InvoiceSchema } from "@lacio/proto/invoice/v1/invoice_service";
import { issueInvoice } from "../acts/issue-invoice.ts";
import { keptFile, renderFile } from "../acts/render-file.ts";
import type { App, Rpc } from "../app.ts";
import { draftInvoice } from "../domain/draft-invoice.ts";
import { Invoice } from "../domain/invoice.ts";

export const getInvoice = (app: App): Rpc["getInvoice"] =>
  async function getInvoice({ invoiceId }, ctx) {
    return { invoice: showInvoice(await visibleInvoice(app, invoiceId, ctx)) };
  };

// What its job has not rendered yet is rendered now.
export const getInvoicePdf = (app: App): Rpc["getInvoicePdf"] =>
  async function getInvoicePdf({ invoiceId }, ctx) {
    const invoice = await visibleInvoice(app, invoiceId, ctx);
    const data = (await keptFile(app, invoiceId)) ?? (await renderFile(app, invoice));
    ctx.responseHeader.set("content-disposition", `inline; filename="${invoice.numberText}.pdf"`);
    return { contentType: "application/pdf", data };
  };

// @throws Refusal `not_found`, also to strangers
async function visibleInvoice(app: App, id: string, ctx: HandlerContext): Promise<Invoice> {
  const invoice = await app.db.read().findOne(Invoice, { id });
  if (!invoice || !mayAct(caller(ctx), invoice.clientId)) throw notFound("invoice");
  return invoice;
}

export const listInvoices = (app: App): Rpc["listInvoices"] =>
  async function listInvoices(req, ctx) {
    const who = person(ctx);
    const clientId = isAdmin(caller(ctx)) ? req.clientId : who.id;
    if (req.clientId && req.clientId !== clientId)
      throw new Refusal("forbidden", "Only an ADMIN sees other people's invoices.", Code.PermissionDenied);
    const { size, limit, after } = pageOf(req);
    const where = {
      ...(clientId && { clientId }),
      ...(req.bookingId && { bookingId: req.bookingId }),
      ...(after && { id: { $lt: after[0]! } }),
    };
    const found = await app.db.read().find(Invoice, where, { orderBy: { id: "desc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (invoice) => [invoice.id]);
    return { invoices: rows.map(showInvoice), nextPageToken };
  };

export const generateInvoice = (app: App): Rpc["generateInvoice"] =>
  async function generateInvoice({ bookingId }) {
    const booking = await bookingOf(app, bookingId);
    if (!booking.paymentId) throw new Refusal("not_paid", "This booking is not paid.");
    const { profile } = await app.users.getContact({ accountId: booking.clientId });
    const draft = draftInvoice(booking, profile!);
    const invoice = await app.transact((tx) => issueInvoice(tx, draft, app.config.issuer));
    if (!invoice) throw new Refusal("no_invoice_number", "No number is left or valid; the invoice follows when a new range is open.");
    return { invoice: showInvoice(invoice) };
  };

async function bookingOf(app: App, bookingId: string): Promise<Booking> {
  try {
    return (await app.booking.getBooking({ bookingId })).booking!;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) throw notFound("booking");
    throw error;
  }
}

function showInvoice(invoice: Invoice): MessageInitShape<typeof InvoiceSchema> {
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
