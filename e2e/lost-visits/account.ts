import { fromBinary } from "@bufbuild/protobuf";
import { BookingCancelledSchema, BookingReassignedSchema } from "@lacio/proto/booking/v1/events";
import { price, type Salon } from "./salon.ts";

type Row = { status: string; price: string; staff_id: string; service_id: string };
type Emitted = { subject: string; payload: Buffer };

const outcomes: Record<string, string> = {
  "booking.reassigned": "MOVED",
  "booking.rescheduled": "RESCHEDULED",
  "booking.cancelled": "REFUNDED",
  "booking.stylist_returned": "KEPT",
};

/** What became of a booking when its time is over, and what of it breaks a promise. */
export async function accountOf(salon: Salon, bookingId: string, paid: boolean) {
  const { town } = salon;
  const wrong: string[] = [];
  const [row] = await town.sql<Row>(
    "booking",
    `select status, booking.price, staff_id, service_id from booking join booking_line on booking_id = id where id = $1`,
    [bookingId],
  );
  const facts = await town.sql<Emitted>("booking", "select subject, payload from outbox where key = $1 order by seq", [bookingId]);
  const cases = await town.sql<{ id: string; state: string }>(
    "reassignment",
    "select id, state from reassignment where booking_id = $1 order by opened_at, id",
    [bookingId],
  );
  const settled = await town.sql("reassignment", "select 1 from outbox where subject = 'reassignment.settled' and key = any($1)", [
    [...cases.map(({ id }) => id), bookingId],
  ]);

  const { status } = row!;
  if (!["COMPLETED", "EXPIRED", "CANCELLED"].includes(status)) wrong.push(`it is ${status} when its time is over`);
  const ends = endsOfLosses(facts);
  const losses = facts.filter(({ subject }) => subject === "booking.lost_stylist").length;
  if (ends.includes("none")) wrong.push("a loss has no outcome");
  if (cases.length !== losses) wrong.push(`${losses} losses have ${cases.length} reassignments`);
  if (settled.length !== losses) wrong.push(`${losses} losses were settled ${settled.length} times`);
  const states = cases.map(({ state }) => state).sort();
  if (states.join() !== ends.sort().join()) wrong.push(`booking ended its losses as ${ends.join()}, reassignment as ${states.join()}`);

  const count = (subject: string) => facts.filter((fact) => fact.subject === subject).length;
  if (paid && count("booking.paid") + count("booking.payment_declined") !== 1) wrong.push("its payment was not either taken or declined");
  const [captured, refunded] = [count("booking.paid") * Number(price), refundedBy(facts)];
  if (status === "COMPLETED" && (captured === 0 || refunded > 0)) wrong.push(`it was visited for ${captured} less ${refunded}`);
  if (refunded > captured) wrong.push(`${refunded} of ${captured} were refunded`);
  if (status === "CANCELLED" && isLostAtItsEnd(facts) && refunded !== captured) wrong.push("it was lost, and is not refunded in full");
  if (BigInt(row!.price) > price) wrong.push("it became dearer");
  const skilled = row!.service_id === salon.services[0] || salon.staffIds.indexOf(row!.staff_id) < salon.staffIds.length / 2;
  if (!skilled) wrong.push("its stylist can't do it");
  return { wrong, status, ends, states, facts: facts.map(({ subject }) => subject) };
}

/** The outcome of each loss, by the next fact that ends one. */
function endsOfLosses(facts: Emitted[]): string[] {
  const ends: string[] = [];
  let open = false;
  for (const { subject } of facts) {
    if (subject === "booking.lost_stylist") open = true;
    const outcome = outcomes[subject];
    if (open && outcome) {
      ends.push(outcome);
      open = false;
    }
  }
  return open ? [...ends, "none"] : ends;
}

// No stylist had it when it was cancelled.
function isLostAtItsEnd(facts: Emitted[]): boolean {
  const last = facts.map(({ subject }) => subject).filter((subject) => subject === "booking.lost_stylist" || subject in outcomes);
  return last.at(-2) === "booking.lost_stylist";
}

function refundedBy(facts: Emitted[]): number {
  return facts.reduce((sum, { subject, payload }) => {
    if (subject === "booking.cancelled") return sum + Number(fromBinary(BookingCancelledSchema, payload).refund?.minorUnits ?? 0n);
    if (subject === "booking.reassigned") return sum + Number(fromBinary(BookingReassignedSchema, payload).refund?.minorUnits ?? 0n);
    return sum;
  }, 0);
}
