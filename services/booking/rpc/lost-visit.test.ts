import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { Booking_Status as Status, Cancellation_By as By } from "@lacio/proto/booking/v1/booking_service";
import { BookingCancelledSchema, BookingLostStylistSchema, BookingReassignedSchema } from "@lacio/proto/booking/v1/events";
import { PaymentRefunded_Cause, PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { hour, minute, openSalon, outcome, short, withPause, type Salon } from "../testing/salon.ts";

type Stylist = { id: string; token: string };
let salon: Salon;
let client: SignedIn;
let sofia: Stylist;
let diana: Stylist;
let camila: Stylist;

beforeAll(async () => {
  salon = await openSalon(".lacio/test/booking-lost-visit", { MAX_OPEN_HOLDS: "50" });
  [sofia, diana, camila] = [await salon.hireStylist(), await salon.hireStylist(), await salon.hireStylist()];
  client = await signUp(salon.system);
});
afterAll(() => salon?.close());

const at = (start: Date, offsetMs = 0) => timestampFromDate(new Date(start.getTime() + offsetMs));
const mine = () => salon.as(client.accessToken);
const tomorrow = () => at(new Date(), 24 * hour);
async function book(start: Date, staffId: string, { serviceId } = short) {
  return (await mine().createBooking({ serviceId, desiredStart: at(start), staffId })).bookingId;
}
async function booked(start: Date, staffId = sofia.id, service = short) {
  const bookingId = await book(start, staffId, service);
  await salon.pay({ bookingId });
  await until(async () => (await seen(bookingId)).status === Status.CONFIRMED);
  return bookingId;
}
const cancel = (bookingId: string, { id: staffId, token } = sofia) =>
  salon.as(token).cancelStaffBooking({ staffId, bookingId, reason: "gripe" });
/** A paid visit that lost Sofía. */
async function lost(start = salon.freshDay(), service = short) {
  const bookingId = await booked(start, sofia.id, service);
  const { booking } = await cancel(bookingId);
  return { bookingId, lossId: booking!.loss!.lossId, start };
}
const seen = async (bookingId: string) => (await mine().getBooking({ bookingId })).booking!;
const occupied = async (bookingId: string) =>
  (await salon.sql<{ id: string }>("select resource_id as id from occupancy where booking_id = $1", [bookingId])).map(({ id }) => id);
const factsOf = (id: string) =>
  salon.sql<{ subject: string; payload: Buffer }>("select subject, payload from outbox where key = $1 order by seq", [id]);
const subjectsOf = async (id: string) => (await factsOf(id)).slice(2).map(({ subject }) => subject.replace("booking.", ""));
const lastFact = async (id: string) => (await factsOf(id)).at(-1)!.payload;
const jobsOf = async (id: string) =>
  (await salon.sql<{ kind: string }>("select kind from job where key = $1 order by kind", [id])).map(({ kind }) => kind);

describe("a stylist who can't keep a paid visit", () => {
  test("frees the time; the client keeps the money, may cancel for all of it, and is told to answer instead of moving", async () => {
    const start = salon.freshDay();
    const bookingId = await booked(start);
    expect(await jobsOf(bookingId)).toEqual(["complete-visit"]);
    const { booking } = await cancel(bookingId);
    const loss = { staffId: sofia.id, reason: "gripe" };
    expect(booking).toMatchObject({
      status: Status.REASSIGNING,
      staffId: sofia.id,
      loss,
      refundIfCancelled: short.price,
      freeUntil: at(start),
    });
    expect([booking!.movableUntil, booking!.cancellation]).toEqual([undefined, undefined]);
    expect([await occupied(bookingId), await jobsOf(bookingId)]).toEqual([[], ["watch-lost-visit"]]);
    expect(await subjectsOf(bookingId)).toEqual(["lost_stylist"]);
    const event = fromBinary(BookingLostStylistSchema, await lastFact(bookingId));
    expect(event).toMatchObject({ lossId: booking!.loss!.lossId, absenceId: "", absenceSize: 0, price: short.price, anyStaff: false });

    expect((await outcome(cancel(bookingId))).reason).toBe("being_reassigned");
    const move = { bookingId, desiredStart: at(start, 3 * hour) };
    expect((await outcome(mine().rescheduleBooking(move))).reason).toBe("being_reassigned");
    expect(await outcome(book(start, sofia.id))).toMatchObject({ reason: "ok" });
    const { bookings } = await salon.as(sofia.token).listStaffBookings({ staffId: sofia.id, from: at(start), to: at(start, hour) });
    expect(bookings.map(({ status }) => status)).toEqual([Status.PENDING_PAYMENT]);
    expect((await salon.as(sofia.token).getBooking({ bookingId })).booking!.status).toBe(Status.REASSIGNING);

    await mine().cancelBooking({ bookingId });
    expect(fromBinary(BookingCancelledSchema, await lastFact(bookingId))).toMatchObject({
      ...{ by: By.CLIENT, lossId: booking!.loss!.lossId, refund: short.price },
    });
    expect(await jobsOf(bookingId)).toEqual([]);
  });
});

describe("HoldSubstitute", () => {
  test("occupies the substitute's time, once; another one in her place; a client's cancellation frees it", async () => {
    const visit = await lost(salon.freshDay(), withPause);
    const { bookingId, start } = visit;
    const until = tomorrow();
    const hold = (staffId: string) => outcome(salon.reassignment().holdSubstitute({ ...visit, staffId, until }));
    for (let call = 0; call < 2; call++) expect(await hold(diana.id)).toMatchObject({ reason: "ok", value: { booking: { revision: 4n } } });
    expect(await occupied(bookingId)).toEqual([diana.id, diana.id]);
    expect((await outcome(book(start, diana.id))).reason).toBe("slot_taken");
    expect((await hold(camila.id)).reason).toBe("ok");
    expect(await occupied(bookingId)).toEqual([camila.id, camila.id]);
    expect(await subjectsOf(bookingId)).toEqual(["lost_stylist", "substitute_held", "substitute_held"]);
    expect((await outcome(mine().cancelBooking({ bookingId }))).reason).toBe("ok");
    expect(await occupied(bookingId)).toEqual([]);
    expect((await hold(diana.id)).reason).toBe("not_lost");
  });

  test("is refused for who is taken, can't do it or does not work then, for the stylist who can't come, and for another loss", async () => {
    const visit = await lost();
    const hold = (wishes: object) =>
      outcome(salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow(), ...wishes }));
    await book(new Date(visit.start.getTime() + 30 * minute), diana.id);
    const taken = await hold({});
    expect([taken.reason, taken.alternatives.length]).toEqual(["slot_taken", 3]);
    expect((await hold({ staffId: sofia.id })).reason).toBe("slot_taken");
    expect((await hold({ lossId: crypto.randomUUID() })).reason).toBe("not_lost");
    expect((await hold({ staffId: crypto.randomUUID() })).reason).toBe("staff_unknown");
    expect((await hold({ bookingId: crypto.randomUUID() })).reason).toBe("not_found");
    expect((await hold({ until: at(new Date(), -minute) })).reason).toBe("invalid_argument");
    for (const reason of ["skill_missing", "not_working_then"]) {
      salon.view.reason = reason;
      expect((await hold({ staffId: camila.id })).reason).toBe(reason);
    }
    salon.view.reason = "";
    expect([await subjectsOf(visit.bookingId), await occupied(visit.bookingId)]).toEqual([["lost_stylist"], []]);
    expect((await outcome(mine().cancelBooking({ bookingId: visit.bookingId }))).reason).toBe("ok");
  });

  test("takes the time of holds that have lapsed: unpaid ones, and those of other substitutes", async () => {
    const start = salon.freshDay();
    const unpaid = await book(start, diana.id);
    await salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [unpaid]);
    const first = await lost(start);
    const hold = (visit: typeof first) => outcome(salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow() }));
    expect((await hold(first)).reason).toBe("ok");
    const second = await lost(start);
    expect((await hold(second)).reason).toBe("slot_taken");
    // Its job is not due: the claimant alone ends the hold.
    await salon.sql("update booking set held_until = now() - interval '1 second' where id = $1", [first.bookingId]);
    expect((await hold(second)).reason).toBe("ok");
    expect([await occupied(first.bookingId), await occupied(second.bookingId)]).toEqual([[], [diana.id]]);
    expect(await subjectsOf(first.bookingId)).toEqual(["lost_stylist", "substitute_held", "substitute_released"]);
    expect((await seen(first.bookingId)).status).toBe(Status.REASSIGNING);
  });
});

describe("ReassignBooking", () => {
  test("to the substitute who was held: CONFIRMED, with a part of the price back; the loss stays readable", async () => {
    const visit = await lost();
    await salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow() });
    const cheaper = { currencyCode: "COP", minorUnits: 15_000_000n };
    const call = () => salon.reassignment().reassignBooking({ ...visit, start: at(visit.start), staffId: diana.id, price: cheaper });
    const { booking } = await call();
    expect(booking).toMatchObject({ status: Status.CONFIRMED, staffId: diana.id, price: short.price, loss: { staffId: sofia.id } });
    const event = fromBinary(BookingReassignedSchema, await lastFact(visit.bookingId));
    expect(event).toMatchObject({ lossId: visit.lossId, refund: { minorUnits: 3_000_000n }, oldLines: [{ staffId: sofia.id }] });
    expect([await occupied(visit.bookingId), await jobsOf(visit.bookingId)]).toEqual([[diana.id], ["complete-visit"]]);
    expect((await outcome(call())).reason).toBe("not_lost");
    expect((await outcome(cancel(visit.bookingId))).reason).toBe("not_found"); // it is Diana's now
    expect((await cancel(visit.bookingId, diana)).booking!.loss).toMatchObject({ staffId: diana.id });
  });

  test("money: what the substitute took less, once it has arrived, is not refunded again", async () => {
    const visit = await lost();
    const price = { currencyCode: "COP", minorUnits: 15_000_000n };
    const { booking } = await salon.reassignment().reassignBooking({ ...visit, start: at(visit.start), staffId: diana.id, price });
    const { bookingId } = visit;
    const refund = { refundId: crypto.randomUUID(), paymentId: booking!.paymentId, bookingId, clientId: client.id };
    const amount = { currencyCode: "COP", minorUnits: 3_000_000n };
    const told = { ...refund, amount, takenFromSale: amount, cause: PaymentRefunded_Cause.BOOKING_REASSIGNED };
    await salon.publish(fact(PaymentRefundedSchema, bookingId, told));
    await until(async () => (await seen(bookingId)).refunded?.minorUnits === amount.minorUnits);
    expect((await seen(bookingId)).refundIfCancelled).toMatchObject(price);
    await cancel(bookingId, diana);
    expect(fromBinary(BookingLostStylistSchema, await lastFact(bookingId)).price).toMatchObject(price);
    const cancelled = await mine().cancelBooking({ bookingId });
    expect(cancelled.booking!.cancellation!.refund).toMatchObject(price);
  });

  test("to another time, off the grid and within the lead time, also with the same stylist", async () => {
    const visit = await lost();
    const soon = new Date(Math.ceil(Date.now() / minute) * minute + 7 * minute);
    const to = (start: Date, staffId: string) => outcome(salon.reassignment().reassignBooking({ ...visit, start: at(start), staffId }));
    expect((await to(new Date(Date.now() - hour), sofia.id)).reason).toBe("start_in_past");
    expect((await to(new Date(soon.getTime() + 1_000), sofia.id)).reason).toBe("invalid_argument");
    expect((await to(new Date(Date.now() + 4_000 * 24 * hour), sofia.id)).reason).toBe("start_too_far");
    const moved = await to(soon, sofia.id);
    expect(moved).toMatchObject({ reason: "ok", value: { booking: { status: Status.CONFIRMED, staffId: sofia.id } } });
    expect(timestampDate(moved.value!.booking!.start!)).toEqual(soon);
    expect(await subjectsOf(visit.bookingId)).toEqual(["lost_stylist", "rescheduled"]);
  });

  test("to a time at which the client has another visit: refused if so asked, the substitute still held; else moved", async () => {
    const visit = await lost();
    await salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow() });
    const start = new Date(visit.start.getTime() + 5 * hour);
    const own = await booked(start, diana.id);
    const move = { ...visit, start: at(start), staffId: camila.id };
    expect((await outcome(salon.reassignment().reassignBooking({ ...move, refuseOverlap: true }))).reason).toBe("overlaps_own_visit");
    expect([await occupied(visit.bookingId), (await seen(own)).status]).toEqual([[diana.id], Status.CONFIRMED]);
    expect((await outcome(salon.reassignment().reassignBooking(move))).reason).toBe("ok");
    expect(await occupied(visit.bookingId)).toEqual([camila.id]);
  });

  test("to whoever is free: the first who is, never the stylist who can't come; nobody is, then it stays as it was", async () => {
    const start = salon.freshDay();
    const visits = [await lost(start), await lost(start), await lost(start)];
    const results = [];
    for (const visit of visits) results.push(await outcome(salon.reassignment().reassignBooking({ ...visit, start: at(start) })));
    expect(results.map(({ reason, value }) => [reason, value?.booking?.staffId])).toEqual([
      ["ok", diana.id],
      ["ok", camila.id],
      ["slot_taken", undefined],
    ]);
    expect(results[2]!.alternatives).toHaveLength(3);
    expect((await seen(visits[2]!.bookingId)).status).toBe(Status.REASSIGNING);
    const elsewhere = { ...visits[2]!, start: at(start), price: { currencyCode: "USD", minorUnits: 1n } };
    expect((await outcome(salon.reassignment().reassignBooking(elsewhere))).reason).toBe("invalid_argument");
  });

  test("many at once for one substitute: one visit has her, nobody overlaps", async () => {
    const start = salon.freshDay();
    const visits = [];
    for (let index = 0; index < 6; index++) visits.push(await lost(start));
    const calls = visits.map((visit, index) =>
      index % 2
        ? outcome<unknown>(salon.reassignment().reassignBooking({ ...visit, start: at(start), staffId: diana.id }))
        : outcome<unknown>(salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow() })),
    );
    const reasons = (await Promise.all(calls)).map(({ reason }) => reason);
    expect(reasons.toSorted()).toEqual(["ok", ...Array.from({ length: 5 }, () => "slot_taken")]);
    const holders = (await Promise.all(visits.map(({ bookingId }) => occupied(bookingId)))).flat();
    expect(holders).toEqual([diana.id]);
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
  });
});

describe("RefundLostBooking", () => {
  test.each([
    [true, By.CLIENT, ""],
    [false, By.STYLIST, "gripe"],
  ])("declined: %s, cancels, refunds in full, and frees who was held", async (declined, by, reason) => {
    const visit = await lost();
    await salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow() });
    await salon.sql("update booking set late_refund_percent = 0, free_until_hours = 720 where id = $1", [visit.bookingId]);
    const { booking } = await salon.reassignment().refundLostBooking({ ...visit, declined });
    expect(booking).toMatchObject({ status: Status.CANCELLED, cancellation: { by, reason, refund: short.price } });
    expect([await occupied(visit.bookingId), await jobsOf(visit.bookingId)]).toEqual([[], []]);
    expect((await outcome(salon.reassignment().refundLostBooking({ ...visit, declined }))).reason).toBe("not_lost");
    expect(fromBinary(BookingCancelledSchema, await lastFact(visit.bookingId)).lossId).toBe(visit.lossId);
  });
});

describe("the row lock decides", () => {
  test("accept, decline, another time and the client's own cancellation at once: one of them wins", async () => {
    for (let round = 0; round < 5; round++) {
      const visit = await lost();
      await salon.reassignment().holdSubstitute({ ...visit, staffId: diana.id, until: tomorrow() });
      const own = salon.reassignment();
      const calls: Promise<unknown>[] = [
        own.reassignBooking({ ...visit, start: at(visit.start), staffId: diana.id }),
        own.reassignBooking({ ...visit, start: at(visit.start, 4 * hour), staffId: camila.id }),
        own.refundLostBooking({ ...visit, declined: true }),
        mine().cancelBooking({ bookingId: visit.bookingId, expectedRevision: 4n }),
      ];
      const reasons = (await Promise.all(calls.map(outcome))).map(({ reason }) => reason);
      expect(reasons.filter((reason) => reason === "ok")).toHaveLength(1);
      expect(reasons.filter((reason) => !["ok", "not_lost", "booking_changed", "already_cancelled"].includes(reason))).toEqual([]);
      const { status } = await seen(visit.bookingId);
      const [, , last] = await subjectsOf(visit.bookingId);
      expect(["reassigned", "rescheduled", "cancelled"]).toContain(last);
      expect(await subjectsOf(visit.bookingId)).toHaveLength(3);
      expect(status).toBe(last === "cancelled" ? Status.CANCELLED : Status.CONFIRMED);
      expect(await occupied(visit.bookingId)).toHaveLength(last === "cancelled" ? 0 : 1);
    }
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
  });
});
