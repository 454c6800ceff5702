import type { Tx } from "@lacio/chassis/db";
import { isOutage } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import type { Job } from "@lacio/chassis/jobs";
import pRetry from "p-retry";
import { handOver } from "../mail/hand-over.ts";
import { NoLongerTrue } from "../mail/secret-links.ts";
import type { App } from "../app.ts";
import { Notification } from "../domain/notification.ts";
import type { Mail } from "../templates/layout.ts";

const patienceMs = 10 * 60_000;
const keepTryingMs = 30_000;

/**
 * Sends one mail, at least once: after a crash between sending and storing it goes out again, with the same Message-ID. What fails is
 * retried by the chassis (job-failure.ts), as index.ts says; mail/hand-over.ts says which of the mail server's answers are failures.
 */
export const sendMail = (app: App): Job["run"] =>
  async function sendMail(id, turn) {
    const notification = await app.db.read().findOneOrFail(Notification, { id });
    if (!notification.canBeSent()) return;
    if (await olderWaits(app, notification)) return new Date(app.now().getTime() + 2_000);
    const kept = await handOver(app, notification).catch(unlessTrue);
    if (!kept) return turn.end(async (tx) => (await tx.lock(Notification, { id })).drop());
    failpoint("mail.after_accept");
    await keepSent(app, id, kept);
    app.log.info({ notification: id, kind: notification.kind }, "a mail is sent");
  };

/** For the dead letter: the mail server has refused the mail for good, or it could not be written, too many times. */
export async function givenUp(tx: Tx, id: string): Promise<void> {
  (await tx.lock(Notification, { id })).giveUp();
}

// An offer whose answer is settled is not sent; the outcome is a mail of its own.
function unlessTrue(error: unknown): undefined {
  if (!(error instanceof NoLongerTrue)) throw error;
}

// Mails about one visit are sent to a person in order: "we refunded you" may wait for its PDF, and "it came back" must not overtake it.
// After ten minutes the younger one goes first all the same.
async function olderWaits(app: App, { id, bookingId, recipientId }: Notification): Promise<boolean> {
  if (bookingId == null) return false;
  const older = await app.db.sql(
    `select 1 from notification where booking_id = $1 and recipient_id = $2 and id < $3 and status = 'PENDING' and created_at > $4 limit 1`,
    [bookingId, recipientId, id, new Date(app.now().getTime() - patienceMs)],
  );
  return older.length > 0;
}

// The mail is out, so that is stored whoever has the lease by now, and through a short outage of the database: otherwise it would be sent
// once more.
async function keepSent(app: App, id: string, mail: Mail): Promise<void> {
  const keep = () => app.transact(async (tx) => (await tx.lock(Notification, { id })).markSent(mail, app.now()));
  const patience = { minTimeout: 200, maxTimeout: 2_000, maxRetryTime: keepTryingMs, retries: Number.POSITIVE_INFINITY };
  await pRetry(keep, { ...patience, shouldRetry: ({ error }) => isOutage(error) });
}
