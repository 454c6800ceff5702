import { Code, ConnectError } from "@connectrpc/connect";
import { notFound, Refusal } from "@lacio/chassis/errors";
import type { Booking } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import { invoiceCause } from "../domain/invoice-cause.ts";
import { issueInvoice } from "../domain/issue-invoice.ts";
import { shown } from "./get-invoice.ts";

export const generateInvoice =
  (app: App): Rpc["generateInvoice"] =>
  async ({ bookingId }) => {
    const booking = await bookingOf(app, bookingId);
    if (!booking.paymentId) throw new Refusal("not_paid", "This booking is not paid.");
    const { profile } = await app.users.getContact({ accountId: booking.clientId });
    const cause = invoiceCause(booking, profile!);
    const invoice = await app.transact((tx) => issueInvoice(tx, cause, app.config.issuer));
    if (!invoice) throw new Refusal("no_invoice_number", "No number is left or valid; the invoice follows when a new range is open.");
    return { invoice: shown(invoice) };
  };

async function bookingOf(app: App, bookingId: string): Promise<Booking> {
  try {
    return (await app.booking.getBooking({ bookingId })).booking!;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) throw notFound("booking");
    throw error;
  }
}
