import type { Tx } from "@lacio/chassis/db";
import { fact } from "@lacio/chassis/fact";
import { InvoiceDelayedSchema } from "@lacio/proto/invoice/v1/events";
import type { Issuer } from "../domain/invoice-document.ts";
import { Invoice, type Draft, type DocumentKind } from "../domain/invoice.ts";
import { takeNumber } from "./take-number.ts";

/**
 * Issues the document of `draft`. Idempotent: issued again, it is the same document. Number and document are one transaction, so a
 * rollback gives the number back and the numbers have no gaps. Without a number left the draft waits, and the answer is null.
 */
export async function issueDocument(tx: Tx, draft: Draft, issuer: Issuer): Promise<Invoice | null> {
  await lockPayment(tx, draft.paymentId);
  const issued = await findIssued(tx, draft);
  if (issued) return issued;
  const number = await takeNumber(tx, draft.kind);
  if (!number) return postpone(tx, draft);
  const invoice = Invoice.issue(draft, number, issuer);
  tx.add(invoice);
  await tx.em.flush();
  tx.later("render-invoice", invoice.id);
  await tx.sql("delete from pending_invoice where id = $1", [idOf(draft)]);
  return invoice;
}

/** Advisory lock: of two concurrent transactions for one payment the second waits here, before it takes a number, and then finds the document. */
export async function lockPayment(tx: Tx, paymentId: string): Promise<void> {
  await tx.sql("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`invoice of payment ${paymentId}`]);
}

function findIssued(tx: Tx, { kind, paymentId, refundId }: Draft): Promise<Invoice | null> {
  return tx.find(Invoice, kind === "INVOICE" ? { kind, paymentId } : { kind, refundId });
}

async function postpone(tx: Tx, draft: Draft): Promise<null> {
  const { kind, paymentId, bookingId, clientId } = draft;
  const added = await tx.sql(
    "insert into pending_invoice (id, kind, payment_id, cause) values ($1, $2, $3, $4) on conflict do nothing returning 1",
    [idOf(draft), kind, paymentId, JSON.stringify(draft)],
  );
  tx.later("issue-waiting", idOf(draft), { seconds: 60 });
  if (added.length > 0 && kind === "INVOICE") tx.emit(fact(InvoiceDelayedSchema, bookingId, { bookingId, clientId }));
  return null;
}

const idOf = (draft: Draft): string => draft.refundId ?? draft.paymentId;

/** Makes the jobs of all waiting documents due, each since it began to wait: jobs run by due time, so the longest waiting is issued first. */
export async function issueAllWaiting(tx: Tx, kind: DocumentKind): Promise<void> {
  const waiting = await tx.sql<{ id: string; created_at: Date }>("select id, created_at from pending_invoice where kind = $1", [kind]);
  for (const { id, created_at } of waiting) tx.later("issue-waiting", id, created_at);
}
