import type { Tx } from "@lacio/chassis/db";
import type { DocumentKind, TakenNumber } from "../domain/invoice.ts";

/**
 * Takes the next number of a range that is valid today, or none. The row lock is held until the commit, so numbers are committed in their
 * order, without gaps; the database's clock, read under that lock, makes the times of issue ascend with the numbers.
 */
export async function takeNumber(tx: Tx, kind: DocumentKind): Promise<TakenNumber | undefined> {
  const [usable] = await tx.sql<{ id: string }>(
    `select id from numbering_range
     where kind = $1 and next_number <= to_number
       and (clock_timestamp() at time zone 'America/Bogota')::date between valid_from and valid_until
     order by created_at, id limit 1 for update`,
    [kind],
  );
  if (!usable) return undefined;
  const [taken] = await tx.sql<{ prefix: string; number: string; taken_at: Date }>(
    `update numbering_range set next_number = next_number + 1 where id = $1
     returning prefix, next_number - 1 as number, clock_timestamp() as taken_at`,
    [usable.id],
  );
  return { rangeId: usable.id, prefix: taken!.prefix, number: BigInt(taken!.number), takenAt: taken!.taken_at };
}
