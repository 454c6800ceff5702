import { failpoint } from "@lacio/chassis/failpoint";
import type { App } from "../app.ts";
import { MailServerAway, RefusedByMailServer, handOver } from "../mailing/hand-over.ts";
import { Notification } from "../domain/notification.ts";
import { follow } from "@lacio/chassis/trail";
import { isOutage } from "@lacio/chassis/errors";
import pRetry from "p-retry";
import type { Mail } from "../templates/layout.ts";

const batchSize = 20;
const outageSeconds = 5;

/** Hands waiting mails to the mail server, in small batches, until none is due or the server is away. */
export async function sendMail(app: App, over?: AbortSignal): Promise<void> {
  while (!over?.aborted) {
    const claimed = await claim(app);
    if (!claimed) return;
    const { ids, lease } = claimed;
    const notifications = await app.db.read().find(Notification, { id: { $in: ids }, status: "PENDING", nextAttemptAt: lease });
    const outcomes = await Promise.all(notifications.map((one) => follow(one.trail, "send mail", () => send(app, one))));
    if (outcomes.includes("away")) return;
  }
}

// News of one visit reach a person in their order: "we refunded you" waits for its PDF, and "it came back" must not overtake it. But not for ever.
const patienceMinutes = 10;
const olderWaits = `exists (select from notification older where older.booking_id = notification.booking_id
  and older.recipient_id = notification.recipient_id and older.id < notification.id and older.status = 'PENDING'
  and older.created_at > now() - make_interval(mins => $3))`;

// A lease: whoever dies with a mail in hand leaves it to the next, with the same Message-ID. Whose lease is over, and who only sleeps, has
// no say any more when they wake up: it is known by its end, in the milliseconds that a Date can hold.
async function claim(app: App): Promise<{ ids: string[]; lease: Date } | undefined> {
  const rows = await app.db.sql<{ id: string; lease: Date }>(
    `update notification set next_attempt_at = date_trunc('milliseconds', now()) + make_interval(secs => $1) where id in (
       select id from notification where status = 'PENDING' and next_attempt_at <= now() and not ${olderWaits}
       order by next_attempt_at limit $2 for update skip locked) returning id, next_attempt_at as lease`,
    [app.config.mailLeaseSeconds, batchSize, patienceMinutes],
  );
  return rows[0] && { ids: rows.map(({ id }) => id), lease: rows[0].lease };
}

async function send(app: App, notification: Notification): Promise<"sent" | "refused" | "away"> {
  try {
    const kept = await handOver(app, notification);
    failpoint("mail.after_accept");
    await keepSent(app, notification, kept);
    app.log.info({ notification: notification.id, kind: notification.kind }, "a mail is sent");
    return "sent";
  } catch (error) {
    if (error instanceof MailServerAway || isOutage(error)) return wait(app, notification, error);
    return refuse(app, notification, error);
  }
}

// Sent is sent, whoever's lease it is. The mail is out: a database that is away for a moment must not make it go out once more, so this is
// tried until the lease is over. A mail of or about somebody who was erased meanwhile is not kept.
async function keepSent(app: App, { id, nextAttemptAt: lease }: Notification, { subject, text, html }: Mail): Promise<void> {
  const keep = () =>
    app.db.sql(
      `update notification set status = 'SENT', sent_at = now(), subject = $2,
         text = case when erased_at is null then $3 else '' end, html = case when erased_at is null then $4 else '' end
       where id = $1 and status in ('PENDING', 'FAILED')`,
      [id, subject, text, html],
    );
  await pRetry(keep, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 200,
    maxTimeout: 2_000,
    maxRetryTime: Math.max(0, lease.getTime() - app.now().getTime()),
    shouldRetry: ({ error }) => isOutage(error),
  });
}

// Nobody's fault but the server's: the mail loses no attempt.
async function wait(app: App, { id, nextAttemptAt: lease }: Notification, error: unknown): Promise<"away"> {
  app.log.warn({ err: error, notification: id }, "a mail waits for a server that is away");
  await app.db.sql(
    "update notification set next_attempt_at = now() + make_interval(secs => $2) where id = $1 and status = 'PENDING' and next_attempt_at = $3",
    [id, outageSeconds, lease],
  );
  return "away";
}

// "Not now" (4xx) is tried again for ever; what is refused for good, or can't be made, only so many times.
async function refuse(app: App, { id, kind, attempts, nextAttemptAt: lease }: Notification, error: unknown): Promise<"refused"> {
  const final = !(error instanceof RefusedByMailServer && error.temporary) && attempts + 1 >= app.config.mailMaxRefusals;
  const seconds = Math.min(app.config.mailRetrySeconds * 2 ** attempts, 3_600);
  await app.db.sql(
    `update notification set attempts = attempts + 1, status = $2, next_attempt_at = now() + make_interval(secs => $3),
       text = case when $4 and erased_at is not null then '' else text end,
       html = case when $4 and erased_at is not null then '' else html end
     where id = $1 and status = 'PENDING' and next_attempt_at = $5`,
    [id, final ? "FAILED" : "PENDING", seconds, final, lease],
  );
  app.log[final ? "error" : "warn"]({ err: error, notification: id, kind }, final ? "a mail is given up" : "a mail was refused");
  return "refused";
}
