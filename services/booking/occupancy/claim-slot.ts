import { setTimeout as delay } from "node:timers/promises";
import type { HandlerContext } from "@connectrpc/connect";
import { rootOf } from "@lacio/chassis/db";
import type { Fact } from "@lacio/chassis/fact";
import { answerColumns, answerRecord } from "@lacio/chassis/idempotency";
import { outboxColumns, outboxInsert } from "@lacio/chassis/outbox";
import type { App } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { partColumns, partRows } from "./occupancy.ts";
import { overlapsOwnVisit } from "./own-visit.ts";

export type Claim = { booking: Booking; created: Fact; answer: unknown; refuseOverlap: boolean };
export type Outcome = "claimed" | "slot_taken" | "too_many_holds";

/**
 * Takes the slot, or says why not: occupancy, booking, outbox and the idempotent answer in one statement, all or nothing.
 * @throws Refusal `overlaps_own_visit`, where the claim asks for it
 */
export async function claimSlot(app: App, claim: Claim, ctx: HandlerContext): Promise<Outcome> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await claimOnce(app, claim, ctx);
    } catch (error) {
      const { code, constraint, message } = rootOf(error) as { code?: string; constraint?: string; message?: string };
      if (code === "LA001") return message as Outcome;
      // A call beside this one took the same hold number: the next look finds another, or none.
      const beside = constraint === "booking_open_hold";
      if (beside && attempt > app.config.maxOpenHolds) return "too_many_holds";
      if (!beside && (attempt >= 3 || (code !== "40P01" && code !== "40001"))) throw error;
      await delay(Math.random() * 10 * attempt);
    }
  }
}

async function claimOnce(app: App, { booking, created, answer, refuseOverlap }: Claim, ctx: HandlerContext): Promise<Outcome> {
  const record = answerRecord(ctx);
  const params = [
    ...partColumns(booking.busy()),
    booking.clientId,
    app.config.maxOpenHolds,
    asJson({ ...booking, lines: undefined, refuseOverlap }),
    asJson(booking.lines.map((line) => ({ ...line }))),
    ...outboxColumns([created]),
    ...(record ? answerColumns(record, answer) : []),
  ];
  const [row] = await app.db.sql<{ won: boolean; hold_no: number | null; own_visit: string | null }>(
    record ? claimAndKeep : claimOnly,
    params,
    record ? "claim-and-keep" : "claim",
  );
  if (row!.own_visit) throw await overlapsOwnVisit(app.db.read(), row!.own_visit);
  if (!row!.won) return row!.hold_no === null ? "too_many_holds" : "slot_taken";
  app.db.wake();
  return "claimed";
}

// "on conflict do nothing" instead of an error: claimants of one slot wait in line and don't deadlock. Some parts but not all means
// that somebody has the rest: refuse() then undoes the statement.
const statement = (keep: string) => `
  with own as materialized (
    select case when b."refuseOverlap" then own_visit_at($4::uuid, b."startsAt", b."endsAt", b."createdAt", b.id) end as visit
    from jsonb_to_record($6::jsonb) as b(id uuid, "startsAt" timestamptz, "endsAt" timestamptz, "createdAt" timestamptz, "refuseOverlap" boolean)
  ), hold as (
    select min(n)::smallint as no from generate_series(1, $5::int) n
    where (select visit from own) is null and not exists (select from booking where client_id = $4::uuid and hold_no = n)
  ), part as (
    insert into occupancy (resource_id, during, booking_id)
    select part.*, ($6::jsonb ->> 'id')::uuid from (${partRows(1)}) part
    where (select no from hold) is not null
    on conflict do nothing returning 1
  ), booked as (
    insert into booking (id, client_id, hold_no, status, expires_at, price, currency, free_until_hours, late_refund_percent,
      any_staff, starts_at, ends_at, revision, created_at)
    select b.id, $4::uuid, hold.no, b.status, b."expiresAt", b.price, b.currency, b."freeUntilHours", b."lateRefundPercent",
      b."anyStaff", b."startsAt", b."endsAt", b.revision, b."createdAt"
    from hold, jsonb_to_record($6::jsonb) as b(id uuid, status text, "expiresAt" timestamptz, price bigint, currency text,
      "freeUntilHours" int, "lateRefundPercent" smallint, "anyStaff" boolean, "startsAt" timestamptz, "endsAt" timestamptz,
      revision bigint, "createdAt" timestamptz)
    where (select count(*) from part) = cardinality($1::uuid[])
    returning id
  ), line as (
    insert into booking_line (booking_id, position, service_id, service_name, service_name_en, staff_id, staff_name, price, currency,
      iva_percent, starts_at, ends_at, phases, buffer_minutes)
    select booked.id, l.position, l."serviceId", l."serviceName", l."serviceNameEn", l."staffId", l."staffName", l.price, l.currency,
      l."ivaPercent", l."startsAt", l."endsAt", l.phases, l."bufferMinutes"
    from booked, jsonb_to_recordset($7::jsonb) as l(position smallint, "serviceId" uuid, "serviceName" text, "serviceNameEn" text,
      "staffId" uuid, "staffName" text, price bigint, currency text, "ivaPercent" smallint, "startsAt" timestamptz, "endsAt" timestamptz, phases jsonb, "bufferMinutes" smallint)
  ), told as (
    ${outboxInsert(8, "where exists (select from booked)")}
  )${keep}
  select exists (select from booked) as won, (select no from hold) as hold_no, (select visit from own) as own_visit,
    case when (select count(*) from part) between 1 and cardinality($1::uuid[]) - 1 then refuse('slot_taken') end`;

const claimOnly = statement("");
const claimAndKeep = statement(`, kept as (
    insert into idempotency (scope, key, request_hash, answer)
    select $15::text, $16::text, $17::bytea, $18::bytea from booked
  )`);

const asJson = (value: unknown) => JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
