import type { Tx } from "@lacio/chassis/db";
import type { Profile } from "@lacio/proto/users/v1/users_service";

// Whoever registers may type somebody else's address, and anything for a name: until the address is confirmed, its owner is a stranger.

type Person = Pick<Profile, "name" | "emailVerified">;

/** The name of `whose` in a mail to `to`; absent when neither of them has shown to be who they say. */
export const nameIn = (to: Person, whose: Person): string | undefined => (to.emailVerified || whose.emailVerified ? whose.name : undefined);

/** Whether anybody has confirmed this address, or paid for a visit of this account. */
export async function isKnown(tx: Tx, to: Pick<Profile, "id" | "emailVerified">): Promise<boolean> {
  if (to.emailVerified) return true;
  const paid = "select 1 from notification where recipient_id = $1 and kind in ('booking_confirmed', 'refund_sent') limit 1";
  return (await tx.sql(paid, [to.id])).length > 0;
}
