import type { Tx } from "@lacio/chassis/db";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { dedupeKeyOf } from "../domain/notification.ts";
import type { MailKind } from "../templates/index.ts";

/** Whether somebody was told this of that already. Whoever is about to, in another transaction, is waited for: the advisory lock is the key's. */
export async function wasTold(tx: Tx, kind: MailKind, about: string, to: Pick<Profile, "id">): Promise<boolean> {
  const key = dedupeKeyOf(kind, about, to);
  await tx.sql("select pg_advisory_xact_lock(hashtextextended($1, 0))", [key]);
  return (await tx.sql("select 1 from notification where dedupe_key = $1", [key])).length > 0;
}
