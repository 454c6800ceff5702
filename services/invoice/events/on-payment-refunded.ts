import { Code, ConnectError } from "@connectrpc/connect";
import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import { unavailable } from "@lacio/chassis/errors";
import type { PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { creditNoteCause } from "../domain/credit-note-cause.ts";
import { Invoice } from "../domain/invoice.ts";
import { issueInvoice, lockPayment } from "../domain/issue-invoice.ts";

export const onPaymentRefunded =
  (app: App): Handler<typeof PaymentRefundedSchema> =>
  async ({ refundId, paymentId, bookingId, amount, takenFromSale }, once) => {
    const refund = { refundId, amount: amount!.minorUnits, sale: (takenFromSale ?? amount!).minorUnits };
    const invoiced = await app.db.read().findOne(Invoice, { kind: "INVOICE", paymentId });
    // A payment that never paid its booking (too late, or twice) has no invoice to correct; any other one's is still on its way.
    if (!invoiced && refund.sale > 0n && (await paidFor(app, bookingId, paymentId)))
      throw unavailable("the invoice of the refunded payment is not issued yet");
    const note = await once(async (tx) => {
      if (!invoiced || refund.sale === 0n) return undefined;
      await lockPayment(tx, paymentId);
      const before = await creditedBefore(tx, invoiced);
      const cause = creditNoteCause({ ...invoiced, visitAt: invoiced.visitAt.toISOString() }, refund, before);
      return issueInvoice(tx, cause, app.config.issuer);
    });
    if (note === null) app.log.error({ refund: refundId }, "no credit note number is left or valid: the note waits for a new range");
    if (note) app.wake.renderFiles();
  };

async function paidFor(app: App, bookingId: string, paymentId: string): Promise<boolean> {
  try {
    const { booking } = await app.booking.getBooking({ bookingId });
    return booking!.paymentId === paymentId;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return false;
    throw error;
  }
}

async function creditedBefore(tx: Tx, { id, paymentId }: Invoice): Promise<bigint> {
  const [sum] = await tx.sql<{ credited: string }>(
    `select (select coalesce(sum(total), 0) from invoice where corrects_invoice_id = $1)
       + (select coalesce(sum((line ->> 'total')::bigint), 0) from pending_invoice, jsonb_array_elements(cause -> 'lines') as line
          where payment_id = $2 and kind = 'CREDIT_NOTE') as credited`,
    [id, paymentId],
  );
  return BigInt(sum!.credited);
}
