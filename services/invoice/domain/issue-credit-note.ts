import type { Tx } from "@lacio/chassis/db";
import type { Issuer } from "../pdf/invoice-document.ts";
import { creditNoteCause, type Refunded } from "./credit-note-cause.ts";
import type { Invoice } from "./invoice.ts";
import { issueDocument } from "./issue-document.ts";

/** Issues the note of one refund; the payment is locked. Without a number left it waits, and the answer is null. */
export async function issueCreditNote(tx: Tx, invoice: Invoice, refund: Refunded, issuer: Issuer): Promise<Invoice | null> {
  const before = await creditedBefore(tx, invoice);
  return issueDocument(tx, creditNoteCause({ ...invoice, visitAt: invoice.visitAt.toISOString() }, refund, before), issuer);
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
