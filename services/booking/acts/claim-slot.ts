import { setTimeout as delay } from "node:timers/promises";
import type { HandlerContext } from "@connectrpc/connect";
import { rootOf } from "@lacio/chassis/db";
import type { Fact } from "@lacio/chassis/fact";
import { answerRecord } from "@lacio/chassis/idempotency";
import type { App } from "../app.ts";
import { BookingLine } from "../domain/booking-line.ts";
import { Booking } from "../domain/booking.ts";
import { partColumns, partRows } from "./occupancy.ts";
import { overlapsOwnVisit } from "./refuse-overlap.ts";

export type Claim = { booking: Booking; created: Fact; answer: unknown; refuseOverlap: boolean };
export type Outcome = "claimed" | "slot_taken" | "too_many_holds" | "account_erased";

/**
 * Takes the slot for a new booking (for one that exists: occupancy.ts), or says why not: occupancy, booking, outbox and the answer under
 * the idempotency key in one statement, all or nothing.
 * @throws Refusal `overlaps_own_visit`, where the claim asks for it
 */
export async function claimSlot(app: App, claim: Claim, ctx: HandlerContext): Promise<Outcome> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await claimOnce(app, claim, ctx);
    } catch (error) {
      const { code, constraint, message } = rootOf(error) as { code?: string; constraint?: string; message?: string };
      if (code === "LA001") return message as Outcome; // raised by refuse()
      // A concurrent call of this client inserted the same hold number first (unique index): a retry finds the next free one, or none.
      const holdNoTaken = constraint === "booking_open_hold";
      if (holdNoTaken && attempt > app.config.maxOpenHolds) return "too_many_holds";
      const retryable = code === "40P01" || code === "40001"; // deadlock, serialization failure
      if (!holdNoTaken && (attempt >= 3 || !retryable)) throw error;
      await delay(Math.random() * 10 * attempt);
    }
  }
}

async function claimOnce(app: App, { booking, created, answer, refuseOverlap }: Claim, ctx: HandlerContext): Promise<Outcome> {
  const claimed = await app.db.statement<{ won: boolean; hold_no: number | null; own_visit: string | null }>({
    name: "claim-slot",
    with: claimSql(app.db.columnsOf(Booking), app.db.columnsOf(BookingLine)),
    select: "won, hold_no, own_visit, refused from claimed",
    params: [
      ...partColumns(booking.busy()),
      app.config.maxOpenHolds,
      app.db.rowOf(booking),
      `[${booking.lines.map((line) => app.db.rowOf(line)).join()}]`,
      refuseOverlap,
    ],
    when: "(select won from claimed)",
    facts: [created],
    answer: { record: answerRecord(ctx), value: answer },
  });
  if (claimed.own_visit) throw await overlapsOwnVisit(app.db.read(), claimed.own_visit);
  if (!claimed.won) return claimed.hold_no === null ? "too_many_holds" : "slot_taken";
  return "claimed";
}

// `on conflict do nothing` waits for a concurrent insert of an overlapping part instead of failing: with the order of `partRows`, claims of
// one slot queue and don't deadlock. Where some parts were inserted but not all, refuse() raises an error, which undoes the statement.
const claimSql = (booking: string, line: string) => `
  wanted as (
    select *, case when is_erased(client_id) then refuse('account_erased') end as refused from jsonb_populate_record(null::booking, $5)
  ), own as materialized (
    select case when $7::boolean then own_visit_at(client_id, starts_at, ends_at, created_at, id) end as visit from wanted
  ), hold as (
    select min(n)::smallint as no from generate_series(1, $4::int) n, wanted
    where (select visit from own) is null and not exists (select from booking where client_id = wanted.client_id and hold_no = n)
  ), part as (
    insert into occupancy (resource_id, during, booking_id)
    select part.*, wanted.id from (${partRows(1)}) part, wanted
    where (select no from hold) is not null
    on conflict do nothing returning 1
  ), booked as (
    insert into booking (${booking}) select ${booking} from hold, jsonb_populate_record(null::booking, $5::jsonb || jsonb_build_object('hold_no', hold.no)) held
    where (select count(*) from part) = cardinality($1::uuid[])
    returning id
  ), line as (
    insert into booking_line (${line}) select ${line} from jsonb_populate_recordset(null::booking_line, $6) where exists (select from booked)
  ), claimed as materialized (
    select exists (select from booked) as won, (select no from hold) as hold_no, (select visit from own) as own_visit,
      case when (select count(*) from part) between 1 and cardinality($1::uuid[]) - 1 then refuse('slot_taken') end as refused
  )`;
