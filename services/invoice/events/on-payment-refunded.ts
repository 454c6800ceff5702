import type { Handler, Once } from "@lacio/chassis/consume";
import type { PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { lockPayment } from "../acts/issue-document.ts";
import { issueCreditNote, keepForInvoice } from "../acts/issue-invoice.ts";
import type { App } from "../app.ts";
import type { Refunded } from "../domain/draft-credit-note.ts";
import { Invoice } from "../domain/invoice.ts";

export const onPaymentRefunded = (app: App): Handler<typeof PaymentRefundedSchema> =>
  function onPaymentRefunded({ refundId, paymentId, amount, takenFromSale }, once) {
    return correct(app, once, paymentId, { refundId, amount: amount!.minorUnits, sale: (takenFromSale ?? amount!).minorUnits });
  };

/** The money did not go, but the sale is reduced all the same: the salon owes what it could not send. */
export const onRefundFailed = (app: App): Handler<typeof RefundFailedSchema> =>
  function onRefundFailed({ refundId, paymentId, takenFromSale }, once) {
    return correct(app, once, paymentId, { refundId, amount: 0n, sale: takenFromSale?.minorUnits ?? 0n });
  };

async function correct(app: App, once: Once, paymentId: string, refund: Refunded): Promise<void> {
  const note = await once(async (tx) => {
    if (refund.sale === 0n) return undefined;
    await lockPayment(tx, paymentId);
    const invoice = await tx.find(Invoice, { kind: "INVOICE", paymentId });
    if (!invoice) return void (await keepForInvoice(tx, paymentId, refund));
    return issueCreditNote(tx, invoice, refund, app.config.issuer);
  });
  if (note === null) app.log.error({ refund: refund.refundId }, "no credit note number is left or valid: the note waits for a new range");
}
