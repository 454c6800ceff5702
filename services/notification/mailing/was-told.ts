import type { Tx } from "@lacio/chassis/db";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { dedupeKeyOf } from "../domain/notification.ts";
import type { MailKind } from "../templates/index.ts";

/** Whether somebody was told this of that already. */
export async function wasTold(tx: Tx, kind: MailKind, about: string, to: Pick<Profile, "id">): Promise<boolean> {
  return (await tx.sql("select 1 from notification where dedupe_key = $1", [dedupeKeyOf(kind, about, to)])).length > 0;
}
