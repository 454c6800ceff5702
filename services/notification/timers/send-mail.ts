import type { Tx } from "@lacio/chassis/db";
import { isOutage, unavailable } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { NotYet, type Job } from "@lacio/chassis/jobs";
import pRetry from "p-retry";
import type { App } from "../app.ts";
import { Notification } from "../domain/notification.ts";
import { handOver, MailServerAway, RefusedByMailServer } from "../mailing/hand-over.ts";
import type { Mail } from "../templates/layout.ts";

const patienceMs = 10 * 60_000;
const keepTryingMs = 30_000;

/** Hands one mail to the mail server. Sent again after a crash, it has the same Message-ID. */
export const sendMail =
  (app: App): Job["run"] =>
  async (id) => {
    const notification = await app.db.read().findOneOrFail(Notification, { id });
    if (notification.status !== "PENDING" && notification.status !== "FAILED") return; // one that was given up, and is asked for anew
    if (await olderWaits(app, notification)) return new Date(app.now().getTime() + 2_000);
    const kept = await handOver(app, notification).catch((error: unknown) => {
      throw meaningOf(error);
    });
    failpoint("mail.after_accept");
    await keepSent(app, id, kept);
    app.log.info({ notification: id, kind: notification.kind }, "a mail is sent");
  };

/** The mail server refused it for good, or it cannot be made. */
export async function givenUp(tx: Tx, id: string): Promise<void> {
  await tx.sql(
    `update notification set status = 'FAILED', text = case when erased_at is null then text else '' end,
       html = case when erased_at is null then html else '' end
     where id = $1 and status = 'PENDING'`,
    [id],
  );
}

// News of one visit reach a person in their order: "we refunded you" waits for its PDF, and "it came back" must not overtake it. But not for ever.
async function olderWaits(app: App, { id, bookingId, recipientId }: Notification): Promise<boolean> {
  if (bookingId == null) return false;
  const older = await app.db.sql(
    `select 1 from notification where booking_id = $1 and recipient_id = $2 and id < $3 and status = 'PENDING' and created_at > $4 limit 1`,
    [bookingId, recipientId, id, new Date(app.now().getTime() - patienceMs)],
  );
  return older.length > 0;
}

// "Not now" (4xx) is tried again for ever; what is refused for good, or cannot be made, only so many times.
function meaningOf(error: unknown): unknown {
  if (error instanceof MailServerAway) return unavailable(error.message, error);
  if (error instanceof RefusedByMailServer && error.temporary) return new NotYet(error.message, { cause: error });
  return error;
}

// The mail is out, whoever has the lease now: a database that is away for a moment must not make it go out once more. A mail of or about
// somebody who was erased meanwhile is not kept.
async function keepSent(app: App, id: string, { subject, text, html }: Mail): Promise<void> {
  const keep = () =>
    app.db.sql(
      `update notification set status = 'SENT', sent_at = $5, subject = $2,
         text = case when erased_at is null then $3 else '' end, html = case when erased_at is null then $4 else '' end
       where id = $1 and status in ('PENDING', 'FAILED')`,
      [id, subject, text, html, app.now()],
      "keep-sent",
    );
  const patience = { minTimeout: 200, maxTimeout: 2_000, maxRetryTime: keepTryingMs, retries: Number.POSITIVE_INFINITY };
  await pRetry(keep, { ...patience, shouldRetry: ({ error }) => isOutage(error) });
}
