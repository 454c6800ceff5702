import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { Booking_Status as Status, Cancellation_By as By } from "@lacio/proto/booking/v1/booking_service";
import { BookingLostStylistSchema, BookingPaymentDeclinedSchema, SubstituteReleasedSchema } from "@lacio/proto/booking/v1/events";
import { AbsenceWithdrawnSchema, StylistAbsentSchema } from "@lacio/proto/staff/v1/events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { answer, hour, openSalon, outcome, short, withPause, type Salon } from "../testing/salon.ts";

type Stylist = { id: string; token: string };
let salon: Salon;
let client: SignedIn;
let sofia: Stylist;
let diana: Stylist;
let day: Date;

beforeAll(async () => {
  salon = await openSalon(".lacio/test/booking-absence", { MAX_OPEN_HOLDS: "100" });
  [sofia, diana] = [await salon.hireStylist(), await salon.hireStylist()];
  client = await signUp(salon.system);
});
beforeEach(() => void (day = salon.freshDay()));
afterAll(() => salon?.close());

const mine = () => salon.as(client.accessToken);
const hours = (offset: number) => new Date(day.getTime() + offset * hour);
const at = (offset: number) => timestampFromDate(hours(offset));
const book = async (offset: number, staffId = sofia.id, { serviceId } = short) =>
  (await mine().createBooking({ serviceId, desiredStart: at(offset), staffId })).bookingId;
async function booked(offset: number, staffId = sofia.id, service = short) {
  const bookingId = await book(offset, staffId, service);
  await salon.pay({ bookingId });
  await until(async () => (await statusOf(bookingId)) === Status.CONFIRMED);
  return bookingId;
}
const seen = async (bookingId: string) => (await mine().getBooking({ bookingId })).booking!;
const statusOf = async (bookingId: string) => (await seen(bookingId)).status;
const handled = async (...ids: Promise<string>[]) => {
  const eventIds = await Promise.all(ids);
  await until(async () => (await salon.sql("select 1 from inbox where event_id = any($1::uuid[])", [eventIds])).length === eventIds.length);
};
const absent = (from: number, until: number, absenceId: string = crypto.randomUUID(), eventId?: string) => {
  const told = { absenceId, staffId: sofia.id, from: at(from), until: at(until), reason: "gripe" };
  return salon.publish(fact(StylistAbsentSchema, sofia.id, told), eventId);
};
const withdrawn = (absenceId: string, eventId?: string) =>
  salon.publish(fact(AbsenceWithdrawnSchema, sofia.id, { absenceId, staffId: sofia.id }), eventId);
const occupied = async (bookingId: string) =>
  (await salon.sql<{ id: string }>("select resource_id as id from occupancy where booking_id = $1", [bookingId])).map(({ id }) => id);
// What of Sofía's time is not occupied, as pairs of hours.
const freeBetween = async (from: number, until: number) => {
  const rows = await salon.sql<{ from: Date; until: Date }>(
    `select lower(part) as from, upper(part) as until from unnest(tstzmultirange(tstzrange($2, $3)) - coalesce(
       (select range_agg(during) from occupancy where resource_id = $1), '{}')) part`,
    [sofia.id, hours(from), hours(until)],
  );
  return rows.map((row) => [row.from, row.until].map((time) => (time.getTime() - day.getTime()) / hour));
};
const factsOf = (id: string) =>
  salon.sql<{ subject: string; payload: Buffer }>("select subject, payload from outbox where key = $1 order by seq", [id]);
const subjectsOf = async (id: string) => (await factsOf(id)).map(({ subject }) => subject.replace("booking.", ""));
const lastFact = async (id: string) => (await factsOf(id)).at(-1)!.payload;
const hold = async (bookingId: string, staffId: string) => {
  const { lossId } = (await seen(bookingId)).loss!;
  return salon.reassignment().holdSubstitute({ bookingId, lossId, staffId, until: timestampFromDate(new Date(Date.now() + 24 * hour)) });
};

describe("a stylist is absent", () => {
  test("visits lose her, holds end, a visit that has begun is hers, and nobody can claim the time", async () => {
    const [first, second, unpaid, begun] = [await booked(0), await booked(1.5), await book(3), await booked(4)];
    const [outside, elsewhere] = [await booked(8), await booked(0, diana.id)];
    await salon.sql("update booking set starts_at = now() - interval '10 minutes' where id = $1", [begun]);
    // A visit that Diana lost, and for which Sofía is held.
    const substituted = await booked(6, diana.id);
    await salon.as(diana.token).cancelStaffBooking({ staffId: diana.id, bookingId: substituted, reason: "viaje" });
    await hold(substituted, sofia.id);

    const absenceId = crypto.randomUUID();
    await handled(absent(-1, 8, absenceId));
    for (const id of [first, second]) {
      expect(await seen(id)).toMatchObject({ status: Status.REASSIGNING, loss: { staffId: sofia.id, reason: "gripe" } });
      expect(fromBinary(BookingLostStylistSchema, await lastFact(id))).toMatchObject({ absenceId, absenceSize: 2 });
    }
    expect(await seen(unpaid)).toMatchObject({ status: Status.CANCELLED, cancellation: { by: By.STYLIST, reason: "gripe" } });
    expect(fromBinary(SubstituteReleasedSchema, await lastFact(substituted))).toMatchObject({ staffId: sofia.id, absent: true });
    expect(await statusOf(substituted)).toBe(Status.REASSIGNING);
    expect([await statusOf(begun), await occupied(begun)]).toEqual([Status.CONFIRMED, [sofia.id]]);
    expect([await statusOf(outside), await statusOf(elsewhere)]).toEqual([Status.CONFIRMED, Status.CONFIRMED]);
    for (const id of [first, second, unpaid, substituted]) expect(await occupied(id)).toEqual([]);
    expect(await freeBetween(-1, 8)).toEqual([]);
    expect(await freeBetween(-2, 9.5)).toEqual([
      [-2, -1],
      [9, 9.5],
    ]);
    const refused = await outcome(book(0.5));
    expect(refused.reason).toBe("slot_taken");
    // The stand-in for availability knows no absences: booking's own table leaves out what is occupied by one.
    expect(timestampDate(refused.alternatives[0]!.start!)).toEqual(hours(9));
  });

  test("for days: longer than any visit", async () => {
    const [from, until] = [200 * 24, 203 * 24]; // beyond the days of the other tests
    const bookingId = await booked(from + 30);
    await handled(absent(from, until));
    expect([await statusOf(bookingId), await freeBetween(from, until)]).toEqual([Status.REASSIGNING, []]);
  });

  test("while a client's treatment works by itself: the visit is kept, unless the time she is needed for is touched", async () => {
    const bookingId = await booked(0, sofia.id, withPause); // busy 0-1 and 2-2.5
    await handled(absent(1, 2));
    expect([await statusOf(bookingId), await freeBetween(0, 2.5)]).toEqual([Status.CONFIRMED, []]);
    expect((await outcome(book(1))).reason).toBe("slot_taken");
    await handled(absent(1.5, 2.25));
    expect([await statusOf(bookingId), await occupied(bookingId)]).toEqual([Status.REASSIGNING, []]);
    expect(await freeBetween(0, 2.5)).toEqual([
      [0, 1],
      [2.25, 2.5],
    ]);
  });

  test("a payment that comes too late finds no time: it goes back", async () => {
    const bookingId = await book(0);
    await salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [bookingId]);
    await until(async () => (await statusOf(bookingId)) === Status.EXPIRED);
    await handled(absent(0, 2));
    await salon.pay({ bookingId });
    await until(async () => (await subjectsOf(bookingId)).at(-1) === "payment_declined");
    expect(fromBinary(BookingPaymentDeclinedSchema, await lastFact(bookingId)).reason).toBe("hold_expired");
    expect(await statusOf(bookingId)).toBe(Status.EXPIRED);
  });

  test("told twice, as one event or as two, she is absent once", async () => {
    const [bookingId, absenceId] = [await booked(0), crypto.randomUUID()];
    const eventId = await absent(0, 2, absenceId);
    await handled(Promise.resolve(eventId));
    await hold(bookingId, diana.id);
    await absent(0, 2, absenceId, eventId);
    await handled(absent(0, 2, absenceId));
    expect(await subjectsOf(bookingId)).toEqual(["created", "paid", "lost_stylist", "substitute_held"]);
    expect(await occupied(bookingId)).toEqual([diana.id]);
  });

  test("while others book, pay and move into that time: what they got is lost or cancelled, and all of it is hers", async () => {
    for (let round = 0; round < 4; round++) {
      day = salon.freshDay();
      const paid = [await booked(0), await booked(2)];
      const moving = await booked(20);
      const claims = [0.5, 1, 3, 3.5, 4, 4.5, 5].map((offset) => answer(() => book(offset)));
      const moves = [answer(() => mine().rescheduleBooking({ bookingId: moving, desiredStart: at(6) }))];
      const back = [answer(() => mine().rescheduleBooking({ bookingId: paid[1]!, desiredStart: at(7) }))];
      await Promise.all([handled(absent(0, 8)), ...claims, ...moves, ...back]);
      const created = (await Promise.all(claims)).flatMap(({ value }) => value ?? []);
      // Claims that the absence overtook were refused; each other one was in its way, and has ended.
      for (const id of created) expect((await seen(id)).cancellation).toMatchObject({ by: By.STYLIST });
      for (const id of paid) expect(await statusOf(id)).toBe(Status.REASSIGNING);
      expect(await statusOf(moving)).toBe((await Promise.all(moves))[0]!.reason === "ok" ? Status.REASSIGNING : Status.CONFIRMED);
      expect(await freeBetween(0, 8)).toEqual([]);
      const others = `select 1 from occupancy where resource_id = $1 and during && tstzrange($2, $3) and absence_id is null`;
      expect(await salon.sql(others, [sofia.id, hours(0), hours(8)])).toEqual([]);
    }
  });
});

describe("an absence is withdrawn", () => {
  test("what nobody has decided on returns to her, with the time; what was decided stays", async () => {
    const [open, offered, taken, cancelled] = [await booked(0), await booked(1), await booked(2), await booked(3)];
    const absenceId = crypto.randomUUID();
    await handled(absent(0, 4, absenceId));
    await hold(offered, diana.id);
    const { loss } = await seen(taken);
    await salon.reassignment().reassignBooking({ bookingId: taken, lossId: loss!.lossId, start: at(2), staffId: diana.id });
    await mine().cancelBooking({ bookingId: cancelled });

    const eventId = await withdrawn(absenceId);
    await handled(Promise.resolve(eventId));
    for (const id of [open, offered]) {
      expect([await statusOf(id), await occupied(id)]).toEqual([Status.CONFIRMED, [sofia.id]]);
      expect((await subjectsOf(id)).at(-1)).toBe("stylist_returned");
      const jobs = await salon.sql<{ kind: string }>("select kind from job where key = $1", [id]);
      expect(jobs.map(({ kind }) => kind)).toEqual(["complete-visit"]);
    }
    expect([await statusOf(taken), await occupied(taken)]).toEqual([Status.CONFIRMED, [diana.id]]);
    expect(await statusOf(cancelled)).toBe(Status.CANCELLED);
    expect(await freeBetween(0, 4)).toEqual([[2, 4]]);
    await withdrawn(absenceId, eventId);
    await handled(withdrawn(absenceId));
    expect((await subjectsOf(open)).filter((subject) => subject === "stylist_returned")).toHaveLength(1);
    expect((await outcome(book(3))).reason).toBe("ok");
    const refund = { bookingId: open, lossId: (await seen(open)).loss!.lossId, declined: true };
    expect((await outcome(salon.reassignment().refundLostBooking(refund))).reason).toBe("not_lost");
  });

  test("before it is told: then she was never absent", async () => {
    const [bookingId, absenceId] = [await booked(0), crypto.randomUUID()];
    await handled(withdrawn(absenceId));
    await handled(absent(0, 2, absenceId));
    expect([await statusOf(bookingId), await freeBetween(0, 2)]).toEqual([Status.CONFIRMED, [[1, 2]]]);
  });

  test("while another one covers the time: it stays occupied, and the visit returns when that one is withdrawn, too", async () => {
    const [bookingId, early] = [await booked(2), await booked(0)];
    const [long, late] = [crypto.randomUUID(), crypto.randomUUID()];
    await handled(absent(0, 4, long));
    await handled(absent(1, 6, late));
    await hold(bookingId, diana.id);
    await handled(withdrawn(long));
    expect([await statusOf(bookingId), await occupied(bookingId)]).toEqual([Status.REASSIGNING, [diana.id]]);
    expect([await statusOf(early), await freeBetween(0, 6)]).toEqual([Status.CONFIRMED, []]);
    await handled(withdrawn(late));
    expect([await statusOf(bookingId), await occupied(bookingId)]).toEqual([Status.CONFIRMED, [sofia.id]]);
    expect(await freeBetween(0, 6)).toEqual([
      [1, 2],
      [3, 6],
    ]);
  });

  test("at the moment at which a client answers: she has one of them", async () => {
    for (let round = 0; round < 5; round++) {
      day = salon.freshDay();
      const [bookingId, absenceId] = [await booked(0), crypto.randomUUID()];
      await handled(absent(0, 2, absenceId));
      const { booking } = await hold(bookingId, diana.id);
      const accept = { bookingId, lossId: booking!.loss!.lossId, start: at(0), staffId: diana.id };
      const [accepted] = await Promise.all([answer(() => salon.reassignment().reassignBooking(accept)), handled(withdrawn(absenceId))]);
      const won = accepted.reason === "ok";
      expect(accepted.reason).toBe(won ? "ok" : "not_lost");
      expect([await statusOf(bookingId), await occupied(bookingId)]).toEqual([Status.CONFIRMED, [won ? diana.id : sofia.id]]);
      expect((await subjectsOf(bookingId)).slice(4)).toEqual([won ? "reassigned" : "stylist_returned"]);
    }
  });
});

test("nothing deadlocks", () => {
  expect(salon.system.logs("postgres")).not.toContain("deadlock");
});
