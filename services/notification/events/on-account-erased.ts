import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import { forgetAnswers } from "@lacio/chassis/idempotency";
import type { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";

export const onAccountErased = (app: App): Handler<typeof AccountErasedSchema> =>
  async function onAccountErased({ accountId }, once) {
    await once(async (tx) => {
      const now = app.now();
      // Exclusive, against the shared one of `write`: a note that is being written is waited for and erased with the others.
      await tx.sql("select pg_advisory_xact_lock(hashtextextended($1, 1))", [accountId]);
      await tx.sql("insert into erased_recipient (id, erased_at) values ($1, $2) on conflict do nothing", [accountId, now]);
      const told = await tx.sql<{ id: string }>("select id from notification where recipient_id = $1", [accountId]);
      await tx.drop("send-mail", ...told.map(({ id }) => id));
      await eraseNotesTo(tx, accountId, now);
      await eraseNotesAbout(tx, accountId, now);
      await forgetAnswers(tx, accountId);
    });
  };

const eraseNotesTo = (tx: Tx, recipientId: string, now: Date) =>
  tx.sql(
    `update notification set name = '', address = '', subject = '', text = '', html = '', calendar = null, erased_at = $2,
       status = case status when 'PENDING' then 'ERASED' else status end where recipient_id = $1`,
    [recipientId, now],
  );

// Mails to the client's stylists name the client. One that is still to be sent keeps its text, since the stylist needs it, until it is sent.
// Older ones are found by the bookings that the client was told of.
const eraseNotesAbout = (tx: Tx, clientId: string, now: Date) =>
  tx.sql(
    `update notification set erased_at = $2, text = case status when 'PENDING' then text else '' end, html = case status when 'PENDING' then html else '' end
     where client_id = $1
       or client_id is null and recipient_id <> $1 and booking_id in (select booking_id from notification where recipient_id = $1)`,
    [clientId, now],
  );
