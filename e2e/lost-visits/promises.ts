import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import { busyParts } from "@lacio/salon/busy-parts";
import { hours } from "./history.ts";
import type { Life } from "./life.ts";
import { settle, type Salon } from "./salon.ts";

/**
 * Everything arrives, and time passes until all visits are over. Answers which cases waited past their deadline, and which of those whose
 * deadline passes here, where nobody interferes, were not decided as their client wishes.
 */
export async function endOf(life: Life): Promise<string[]> {
  const { town } = life.salon;
  const wrong: string[] = [];
  town.resume();
  const over = life.hour(hours - 1).getTime() + 24 * 3_600_000;
  for (await settle(town); town.now().getTime() < over; await settle(town)) {
    wrong.push(...(await undecided(life.salon)));
    const asked = await offered(life.salon);
    const next = (await town.nextDue())?.getTime() ?? over;
    town.wait((Math.min(Math.max(next, town.now().getTime() + 60_000), over) - town.now().getTime()) / 60_000);
    await settle(town);
    wrong.push(...(await otherwiseThanWished(life.salon, asked)));
  }
  return wrong;
}

async function undecided({ town }: Salon): Promise<string[]> {
  const text = "select id from reassignment where settled_at is null and answer is null and deadline <= $1";
  return (await town.sql<{ id: string }>("reassignment", text, [town.now()])).map(({ id }) => `${id} waits past its deadline`);
}

type Offered = { id: string; client_id: string; deadline: Date };

/** Nobody has answered these, and their substitute is held. */
const offered = ({ town }: Salon) =>
  town.sql<Offered>(
    "reassignment",
    "select id, client_id, deadline from reassignment where state = 'OFFERED' and answer is null and settled_at is null and deadline > $1",
    [town.now()],
  );

async function otherwiseThanWished({ town, preference }: Salon, asked: Offered[]): Promise<string[]> {
  const rows = await town.sql<{ id: string; state: string }>("reassignment", "select id, state from reassignment where id = any($1)", [
    asked.filter(({ deadline }) => deadline <= town.now()).map(({ id }) => id),
  ]);
  return rows.flatMap(({ id, state }) => {
    const wish = preference.get(asked.find((one) => one.id === id)!.client_id) === When.SUBSTITUTE ? "MOVED" : "REFUNDED";
    return state === wish ? [] : [`${id} is ${state} after its deadline, and was to be ${wish}`];
  });
}

/** Substitutes who are held past the deadline, after the services have done what is due. */
export async function heldTooLong({ town }: Salon): Promise<object[]> {
  await town.work();
  const text = `select id, held_until from booking where status = 'REASSIGNING' and held_until <= $1
    and exists (select 1 from occupancy where booking_id = booking.id)`;
  return town.sql("booking", text, [town.now()]);
}

type Visit = { id: string; staffId: string; start: Date; phases: { name: string; minutes: number; busy: boolean }[] };

/** Visits that were kept, and overlap on their stylist. */
export async function twoAtOnce({ town }: Salon, bookingIds: string[]): Promise<string[]> {
  const text = `select booking_id as id, staff_id as "staffId", booking_line.starts_at as start, phases from booking_line
    join booking on id = booking_id where status = 'COMPLETED' and booking_id = any($1)`;
  const busy = (await town.sql<Visit>("booking", text, [bookingIds])).flatMap(({ id, staffId, start, phases }) => {
    const minutes = busyParts({ phases, bufferMinutes: 0 });
    const at = (minute: number) => start.getTime() + minute * 60_000;
    return Array.from({ length: minutes.length / 2 }, (_, n) => ({ id, staffId, from: at(minutes[2 * n]!), to: at(minutes[2 * n + 1]!) }));
  });
  return busy.flatMap((one, n) =>
    busy
      .slice(n + 1)
      .filter((other) => other.id !== one.id && other.staffId === one.staffId && other.from < one.to && one.from < other.to)
      .map((other) => `${one.id} and ${other.id}`),
  );
}
