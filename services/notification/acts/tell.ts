import type { Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { dedupeKeyOf, Notification, type Note } from "../domain/notification.ts";
import type { MailKind } from "../templates/index.ts";

/** Writes the notes in the transaction of the inbox row. Without notes the event is only marked as handled. */
export async function tell(app: App, once: Once, notes: Note[]): Promise<void> {
  await once((tx) => write(app, tx, notes));
}

/** The next delivery asks who the client is again. It counts as a failure, so it can't go on for ever. */
class ErasedMeanwhile extends Error {
  override name = "ErasedMeanwhile";
  override message = "the client was erased after the text was made";
}

/** Each note becomes a row, and a job that sends it. */
export async function write(app: App, tx: Tx, notes: Note[]): Promise<void> {
  for (const note of notes) {
    if (note.to.erasedAt || (await isErased(tx, note.to.id))) continue;
    // Its text names somebody who was erased since: the event comes again, and then it names nobody.
    if (note.client && !note.client.erasedAt && (await isErased(tx, note.client.id))) throw new ErasedMeanwhile();
    if (note.onlyIfKnown && !(await isKnown(tx, note.to))) continue;
    // Its lock is taken before the id is made: the ids (UUIDv7) are the order of the mails about one visit.
    if (await wasTold(tx, note.kind, note.about, note.to)) continue;
    const notification = Notification.of(note, app.config.mailFrom.domain, app.now());
    tx.add(notification);
    tx.later("send-mail", notification.id);
    await tx.em.flush();
  }
}

// The contact may have been asked before an erasure that commits first. The lock is shared here and exclusive in the erasure: either
// this transaction sees the tombstone, or the erasure sees the note.
async function isErased(tx: Tx, personId: string): Promise<boolean> {
  await tx.sql("select pg_advisory_xact_lock_shared(hashtextextended($1, 1))", [personId]);
  return (await tx.sql("select 1 from erased_recipient where id = $1", [personId])).length > 0;
}

// Whether somebody has confirmed this address, or paid for a visit of this account.
async function isKnown(tx: Tx, to: Note["to"]): Promise<boolean> {
  if (to.emailVerified) return true;
  const paid = "select 1 from notification where recipient_id = $1 and kind in ('booking_confirmed', 'refund_sent') limit 1";
  return (await tx.sql(paid, [to.id])).length > 0;
}

/** Whether this note was written already. An advisory lock on the dedupe key waits for a concurrent transaction that is about to. */
export async function wasTold(tx: Tx, kind: MailKind, about: string, to: Pick<Note["to"], "id">): Promise<boolean> {
  const key = dedupeKeyOf(kind, about, to);
  await tx.sql("select pg_advisory_xact_lock(hashtextextended($1, 0))", [key]);
  return (await tx.sql("select 1 from notification where dedupe_key = $1", [key])).length > 0;
}
