import type { Tx } from "@lacio/chassis/db";

/** A range of a stylist's time that the stylist reported as absent; half-open. */
export type Absence = { absenceId: string; staffId: string; from: Date; until: Date };

// `taken`: what occupies an absent stylist's time ($1: the absence). `in_the_way`: bookings of it that have not begun at $2, but for one whose
// buffer alone reaches into it.
const taken = `
  wanted as materialized (select id, staff_id, during from absence where id = $1),
  taken as materialized (
    select o.booking_id, o.during from wanted join occupancy o on o.resource_id = wanted.staff_id and o.during && wanted.during
  ), in_the_way as (
    select distinct b.id from wanted, taken join booking b on b.id = taken.booking_id
    where b.starts_at > $2 and least(upper(taken.during), b.ends_at) > lower(wanted.during)
  )`;

/** The bookings that occupy an absent stylist's time and have not begun, in one order for all who lock them. */
export async function bookingsInTheWay(tx: Tx, absenceId: string, now: Date): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>(`with ${taken} select id from in_the_way order by id`, [absenceId, now]);
  return rows.map(({ id }) => id);
}

/**
 * Occupies what is free of an absent stylist's time. `free`: how many free ranges there were; where a concurrent claim took one first, the
 * constraint keeps it, and the next call finds that booking. All is occupied when nothing was free and no booking was in the way: both are
 * of one snapshot.
 */
export async function occupyFree(tx: Tx, absenceId: string, now: Date): Promise<{ free: number; bookings: string[] }> {
  const [row] = await tx.sql<{ free: number; bookings: string[] }>(
    `with ${taken}, free as materialized (
       select wanted.id, wanted.staff_id, part.during from wanted
         cross join unnest(tstzmultirange(wanted.during) - coalesce((select range_agg(during) from taken), '{}')) part (during)
     ), occupied as (
       insert into occupancy (resource_id, during, absence_id) select staff_id, during, id from free order by during on conflict do nothing
     )
     select (select count(*)::int from free) as free, array(select id::text from in_the_way order by id) as bookings`,
    [absenceId, now],
  );
  return row!;
}
