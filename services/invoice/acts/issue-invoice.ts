import type { Tx } from "@lacio/chassis/db";
import { draftCreditNote, type Refunded } from "../domain/draft-credit-note.ts";
import type { Issuer } from "../domain/invoice-document.ts";
import type { Draft, Invoice } from "../domain/invoice.ts";
import { issueDocument } from "./issue-document.ts";

/**
 * Issues the invoice of `draft`, once, and the credit notes of refunds whose events came before it. Without a number left it waits, and
 * the answer is null.
 */
export async function issueInvoice(tx: Tx, draft: Draft, issuer: Issuer): Promise<Invoice | null> {
  const invoice = await issueDocument(tx, draft, issuer);
  if (!invoice) return null;
  const early = await tx.sql<{ refund_id: string; amount: string; sale: string }>(
    "delete from refund_before_invoice where payment_id = $1 returning refund_id, amount, sale",
    [draft.paymentId],
  );
  for (const { refund_id: refundId, amount, sale } of early)
    await issueCreditNote(tx, invoice, { refundId, amount: BigInt(amount), sale: BigInt(sale) }, issuer);
  return invoice;
}

/** Keeps a refund whose payment has no invoice: the invoice is still to come, or never will, because the payment was late or a second one. */
export async function keepForInvoice(tx: Tx, paymentId: string, { refundId, amount, sale }: Refunded): Promise<void> {
  await tx.sql("insert into refund_before_invoice (refund_id, payment_id, amount, sale) values ($1, $2, $3, $4)", [
    refundId,
    paymentId,
    amount,
    sale,
  ]);
}

/** Issues the note of one refund; the caller holds `lockPayment`. Without a number left it waits, and the answer is null. */
export async function issueCreditNote(tx: Tx, invoice: Invoice, refund: Refunded, issuer: Issuer): Promise<Invoice | null> {
  const before = await creditedBefore(tx, invoice);
  return issueDocument(tx, draftCreditNote({ ...invoice, visitAt: invoice.visitAt.toISOString() }, refund, before), issuer);
}

// By notes that are issued and by those that wait for a number.
async function creditedBefore(tx: Tx, { id, paymentId }: Invoice): Promise<bigint> {
  const [sum] = await tx.sql<{ credited: string }>(
    `select (select coalesce(sum(total), 0) from invoice where corrects_invoice_id = $1)
       + (select coalesce(sum((line ->> 'total')::bigint), 0) from pending_invoice, jsonb_array_elements(cause -> 'lines') as line
          where payment_id = $2 and kind = 'CREDIT_NOTE') as credited`,
    [id, paymentId],
  );
  return BigInt(sum!.credited);
}
