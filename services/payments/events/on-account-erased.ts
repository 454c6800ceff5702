import type { Handler } from "@lacio/chassis/consume";
import type { AccountErasedSchema } from "@lacio/proto/users/v1/events";

/** Payments name nobody, but for what an ADMIN wrote about a refund. */
export const onAccountErased = (): Handler<typeof AccountErasedSchema> =>
  async function onAccountErased({ accountId }, once) {
    const theirs = "cause like 'admin:%' and payment_id in (select id from payment where client_id = $1)";
    await once((tx) => tx.sql(`update refund set reason = '' where ${theirs}`, [accountId]));
  };
