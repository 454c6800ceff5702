import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { isOutage, Refusal } from "@lacio/chassis/errors";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import { AlternativesSchema } from "@lacio/proto/booking/v1/booking_service";
import type { App } from "../app.ts";
import { busyParts, type Layout } from "../domain/booking-line.ts";
import { partColumns } from "./occupancy.ts";

/** `desk`: alternatives need no lead time. `ignoreBookingId` and `soldAs`: the booking that is moved, whose own time counts as free. */
export type Wanted = { serviceId: string; start: Date; staffId: string; desk: boolean; ignoreBookingId?: string; soldAs?: Layout };

const shown = 3;
// More than are shown: availability's projection may not know yet of the booking that won, which overlaps many of the nearest starts.
const asked = 50;

/** The refusal of a slot that is taken, with the nearest free ones. `layout`: unknown where availability gave no terms. */
export async function slotTaken(app: App, wanted: Wanted, layout: Layout | undefined): Promise<Refusal> {
  const alternatives = (layout ? await sharedFreeSlots(app, wanted, layout) : []).slice(0, shown);
  const value = create(AlternativesSchema, {
    alternatives: alternatives.map(({ start, end, staffId, staffName }) => ({ start, end, staffId, staffName })),
  });
  return new Refusal("slot_taken", "Somebody else has just taken this slot.", Code.AlreadyExists, [{ desc: AlternativesSchema, value }]);
}

// Request coalescing: in a stampede on one slot many calls lose at once, and equal questions that are in flight share one answer.
const inFlight = new Map<string, Promise<Slot[]>>();

function sharedFreeSlots(app: App, wanted: Wanted, layout: Layout): Promise<Slot[]> {
  const question = JSON.stringify(wanted);
  const answer = inFlight.get(question) ?? freeSlots(app, wanted, layout).finally(() => inFlight.delete(question));
  inFlight.set(question, answer);
  return answer;
}

// What availability offers, less what is taken in booking's own table by now.
async function freeSlots(app: App, wanted: Wanted, layout: Layout): Promise<Slot[]> {
  try {
    const request = { ...wanted, start: timestampFromDate(wanted.start), limit: asked };
    const { slots } = await app.availability.findAlternatives(request);
    const taken = await takenSlots(app, slots, wanted, layout);
    return slots.filter((_, index) => !taken.has(index));
  } catch (error) {
    if (!isOutage(error)) throw error;
    return []; // an outage: the slot is refused all the same, without alternatives
  }
}

async function takenSlots(app: App, slots: Slot[], { ignoreBookingId }: Wanted, layout: Layout): Promise<Set<number>> {
  const parts = slots.flatMap((slot, index) =>
    busyParts(layout, slot.staffId, timestampDate(slot.start!)).map((part) => ({ ...part, index })),
  );
  const rows = await app.db.sql<{ index: number }>(
    `select distinct slot.index from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::int[]) as slot(resource_id, starts_at, ends_at, index)
     join occupancy o on o.resource_id = slot.resource_id and o.during && tstzrange(slot.starts_at, slot.ends_at)
     where $5::uuid is null or o.booking_id is distinct from $5`,
    [...partColumns(parts), parts.map(({ index }) => index), ignoreBookingId || null],
  );
  return new Set(rows.map(({ index }) => index));
}
