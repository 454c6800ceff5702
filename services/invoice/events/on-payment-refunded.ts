import type { Handler } from "@lacio/chassis/consume";
import type { PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";
import { issueCreditNote } from "../domain/issue-credit-note.ts";
import { lockPayment } from "../domain/issue-document.ts";
import { keepForInvoice } from "../domain/issue-invoice.ts";

export const onPaymentRefunded =
  (app: App): Handler<typeof PaymentRefundedSchema> =>
  async ({ refundId, paymentId, amount, takenFromSale }, once) => {
    const refund = { refundId, amount: amount!.minorUnits, sale: (takenFromSale ?? amount!).minorUnits };
    const note = await once(async (tx) => {
      if (refund.sale === 0n) return undefined;
      await lockPayment(tx, paymentId);
      const invoice = await tx.find(Invoice, { kind: "INVOICE", paymentId });
      if (!invoice) return void (await keepForInvoice(tx, paymentId, refund));
      return issueCreditNote(tx, invoice, refund, app.config.issuer);
    });
    if (note === null) app.log.error({ refund: refundId }, "no credit note number is left or valid: the note waits for a new range");
    if (note) app.wake.renderFiles();
  };
