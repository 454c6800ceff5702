import type { Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Notification, type Note } from "../domain/notification.ts";
import { isKnown } from "../domain/stranger.ts";

/** Writes the notes with the inbox row, and wakes the sender. */
export async function tell(app: App, once: Once, notes: Note[]): Promise<void> {
  await once((tx) => write(app, tx, notes));
  app.wake.sendMail();
}

export async function write(app: App, tx: Tx, notes: Note[]): Promise<void> {
  for (const note of notes) {
    if (note.to.erasedAt || (await isErased(tx, note.to.id))) continue;
    if (note.onlyIfKnown && !(await isKnown(tx, note.to))) continue;
    const notification = Notification.of(note, app.config.mailFrom.domain, app.now());
    // Two events may lead to the same mail at once; the key's lock lets the second see the first.
    await tx.sql("select pg_advisory_xact_lock(hashtextextended($1, 0))", [notification.dedupeKey]);
    if (!(await tx.find(Notification, { dedupeKey: notification.dedupeKey }))) tx.add(notification);
    await tx.em.flush();
  }
}

// Whoever asked for the contact before the erasure may write after it: the lock, which the erasure takes alone, lets one see the other.
async function isErased(tx: Tx, recipientId: string): Promise<boolean> {
  await tx.sql("select pg_advisory_xact_lock_shared(hashtextextended($1, 1))", [recipientId]);
  return (await tx.sql("select 1 from erased_recipient where id = $1", [recipientId])).length > 0;
}
