import type { Tx } from "@lacio/chassis/db";
import type { Issuer } from "../pdf/invoice-document.ts";
import type { Refunded } from "./credit-note-cause.ts";
import type { Cause, Invoice } from "./invoice.ts";
import { issueCreditNote } from "./issue-credit-note.ts";
import { issueDocument } from "./issue-document.ts";

/** Issues the invoice of `cause`, once, and the credit notes of refunds that were faster. Without a number left it waits, and the answer is null. */
export async function issueInvoice(tx: Tx, cause: Cause, issuer: Issuer): Promise<Invoice | null> {
  const invoice = await issueDocument(tx, cause, issuer);
  if (!invoice) return null;
  const faster = await tx.sql<{ refund_id: string; amount: string; sale: string }>(
    "delete from refund_before_invoice where payment_id = $1 returning refund_id, amount, sale",
    [cause.paymentId],
  );
  for (const { refund_id: refundId, amount, sale } of faster)
    await issueCreditNote(tx, invoice, { refundId, amount: BigInt(amount), sale: BigInt(sale) }, issuer);
  return invoice;
}

/** A refund whose payment has no invoice: it is on its way, or will never be, because the payment came too late or twice. */
export async function keepForInvoice(tx: Tx, paymentId: string, { refundId, amount, sale }: Refunded): Promise<void> {
  await tx.sql("insert into refund_before_invoice (refund_id, payment_id, amount, sale) values ($1, $2, $3, $4)", [
    refundId,
    paymentId,
    amount,
    sale,
  ]);
}
