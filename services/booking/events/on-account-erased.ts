import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import { forgetAnswers } from "@lacio/chassis/idempotency";
import type { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import type { App } from "../app.ts";

/**
 * Leaves a tombstone, which whoever books or pays from now on finds (function `is_erased`), gives back what was booked since users had asked
 * for open bookings, and deletes what was written.
 */
export const onAccountErased = (app: App): Handler<typeof AccountErasedSchema> =>
  async function onAccountErased({ accountId }, once) {
    await once(async (tx) => {
      await tx.sql("select pg_advisory_xact_lock(hashtext('erased_client'), hashtext($1))", [accountId]);
      await tx.sql("insert into erased_client (id, erased_at) values ($1, $2) on conflict do nothing", [accountId, app.now()]);
      await giveBack(app, tx, accountId);
      await forgetWords(tx, accountId);
      await forgetAnswers(tx, accountId);
    });
  };

// A visit that has begun takes place.
async function giveBack(app: App, tx: Tx, clientId: string): Promise<void> {
  const rows = await tx.sql<{ id: string }>(
    `select id from booking
     where client_id = $1 and (status in ('PENDING_PAYMENT', 'REASSIGNING') or status = 'CONFIRMED' and starts_at > $2)
     order by id for update`,
    [clientId, app.now()],
  );
  const ids = rows.map(({ id }) => id);
  for (const id of ids) tx.emit((await lockBooking(tx, id)).endErased(app.now()));
  await release(tx, ids);
  await tx.drop("complete-visit", ...ids);
  await tx.drop("watch-lost-visit", ...ids);
}

// What the client wrote, and what was written to the client. The ORM writes its own changes at the end, so they go first.
async function forgetWords(tx: Tx, clientId: string): Promise<void> {
  await tx.em.flush();
  await tx.sql(
    `update booking set cancel_reason = case when cancel_reason is not null then '' end,
       lost_reason = case when lost_reason is not null then '' end
     where client_id = $1`,
    [clientId],
  );
}
