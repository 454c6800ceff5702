import type { Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Notification, type Note } from "../domain/notification.ts";
import { isKnown } from "../domain/stranger.ts";
import { wasTold } from "./was-told.ts";

/** Writes the notes with the inbox row. */
export async function tell(app: App, once: Once, notes: Note[]): Promise<void> {
  await once((tx) => write(app, tx, notes));
}

/** Each note is a mail to be sent. */
export async function write(app: App, tx: Tx, notes: Note[]): Promise<void> {
  for (const note of notes) {
    if (note.to.erasedAt || (await isErased(tx, note.to.id))) continue;
    if (note.onlyIfKnown && !(await isKnown(tx, note.to))) continue;
    // Before it has its id, which is its place among the mails about this visit.
    if (await wasTold(tx, note.kind, note.about, note.to)) continue;
    const notification = Notification.of(note, app.config.mailFrom.domain, app.now());
    tx.add(notification);
    tx.later("send-mail", notification.id);
    await tx.em.flush();
  }
}

// Whoever asked for the contact before the erasure may write after it: the lock, which the erasure takes alone, lets one see the other.
async function isErased(tx: Tx, recipientId: string): Promise<boolean> {
  await tx.sql("select pg_advisory_xact_lock_shared(hashtextextended($1, 1))", [recipientId]);
  return (await tx.sql("select 1 from erased_recipient where id = $1", [recipientId])).length > 0;
}
