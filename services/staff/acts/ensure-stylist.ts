import type { Tx } from "@lacio/chassis/db";
import { Stylist } from "../domain/stylist.ts";

/** Insert if absent, then lock the row: CreateStylist and the account's event race, in either order. */
export async function ensureStylist(tx: Tx, id: string, name: string, now: Date): Promise<Stylist> {
  await tx.sql(
    `insert into stylist (id, name, bio, active, revision, schedule_revision, created_at)
     values ($1, $2, '', true, 0, 0, $3) on conflict do nothing`,
    [id, name, now],
  );
  return lockStylist(tx, id);
}

/** Row lock, with the skills loaded, as facts need them. @throws Refusal `not_found` */
export async function lockStylist(tx: Tx, id: string): Promise<Stylist> {
  const stylist = await tx.lock(Stylist, { id });
  await stylist.skills.loadItems();
  return stylist;
}
