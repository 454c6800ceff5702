import { create, fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { TermsSchema } from "@lacio/proto/availability/v1/availability_service";
import { Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import {
  BookingCancelledSchema,
  BookingLostStylistSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
  SubstituteHeldSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import { describe, expect, test } from "@jest/globals";
import { Booking } from "./booking.ts";
import { loseStylist, LostVisit } from "./lost-visit.ts";
import { clientOptions } from "./policy.ts";

const now = new Date("2026-12-01T12:00:00Z");
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const phases = [
  { name: "aplicar", minutes: 60, busy: true },
  { name: "reposar", minutes: 45, busy: false },
  { name: "terminar", minutes: 30, busy: true },
];
const price = { currencyCode: "COP", minorUnits: 1000n };
const terms = create(TermsSchema, { serviceId: "s", serviceName: "Alisado", price, ivaPercent: 19, phases, bufferMinutes: 10 });
const sofia = { staffId: "sofia", staffName: "Sofía" };
const diana = { staffId: "diana", staffName: "Diana" };
const start = inHours(48);
const end = inHours(24);

function requested(anyStaff = false) {
  const rules = { holdMinutes: 10, freeUntilHours: 24, lateRefundPercent: 50 };
  return Booking.request({ clientId: "c", terms, stylist: sofia, start, anyStaff }, rules, now)[0];
}
function booked(anyStaff = false) {
  const booking = requested(anyStaff);
  booking.markPaid({ paymentId: "p1", currencyCode: "COP", minorUnits: 1000n, succeededAt: now }, false);
  return booking;
}
function lost(anyStaff = false) {
  const booking = booked(anyStaff);
  loseStylist(booking, "gripe", now);
  return booking;
}
function held() {
  const booking = lost();
  new LostVisit(booking).holdSubstitute(diana, end, now);
  return booking;
}
function after(booking: Booking, change: (booking: Booking) => unknown) {
  change(booking);
  return booking;
}
const takeOver = (wishes: object = {}) => ({ stylist: diana, start, named: true, price: undefined, ...wishes });
function reasonOf(work: () => unknown): string {
  try {
    work();
    return "ok";
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe("a visit that loses its stylist", () => {
  test("occupies nobody's time, keeps price and line, and says by which absence and with how many others", () => {
    const booking = booked(true);
    const event = fromBinary(BookingLostStylistSchema, loseStylist(booking, "gripe", now, { absenceId: "a", absenceSize: 3 }).payload);
    expect(event).toMatchObject({ bookingId: booking.id, lossId: booking.lossId, staffId: "sofia", revision: 3n });
    expect(event).toMatchObject({ price, anyStaff: true, absenceId: "a", absenceSize: 3, soldAs: { phases, bufferMinutes: 10 } });
    expect(event.lines).toMatchObject([{ staffId: "sofia", price }]);
    expect(booking.busy()).toEqual([]);
    expect(booking).toMatchObject({ status: "REASSIGNING", lostStaffName: "Sofía", lostAbsenceId: "a", lostAt: now });
    const single = fromBinary(BookingLostStylistSchema, loseStylist(booked(), "gripe", now).payload);
    expect([single.absenceId, single.absenceSize]).toEqual(["", 0]);
  });

  test.each<[string, () => Booking, string]>([
    ["an unpaid one", () => requested(), "not_cancellable"],
    ["a cancelled one", () => after(booked(), (b) => b.cancel("CLIENT", "", now)), "already_cancelled"],
    ["a completed one", () => after(booked(), (b) => b.complete(start)), "not_cancellable"],
    ["a missed one", () => after(booked(), (b) => b.noShow(start, 7)), "not_cancellable"],
    ["an expired one", () => after(requested(), (b) => b.expire(inHours(1))), "not_cancellable"],
    ["one that has lost it already", () => lost(), "being_reassigned"],
  ])("%s does not", (_, make, expected) => {
    const booking = make();
    const { revision } = booking;
    expect(reasonOf(() => loseStylist(booking, "x", now))).toBe(expected);
    expect(booking.revision).toBe(revision);
  });

  test("loses it until it begins", () => {
    expect(reasonOf(() => loseStylist(booked(), "x", new Date(start.getTime() - 1)))).toBe("ok");
    expect(reasonOf(() => loseStylist(booked(), "x", start))).toBe("too_late");
  });

  test("can be cancelled by its client until the start, for all that is left; not moved, completed or missed", () => {
    const late = inHours(47);
    const booking = after(lost(), (b) => b.givenBack({ refunded: 100n, owed: 50n }));
    expect(clientOptions(booking, late)).toEqual({ refundIfCancelled: 850n, freeUntil: start });
    expect(clientOptions(booking, start)).toEqual({});
    expect(reasonOf(() => booking.reschedule("CLIENT", { stylist: diana, start: inHours(72) }, now))).toBe("being_reassigned");
    expect(reasonOf(() => booking.complete(start))).toBe("not_confirmed");
    expect(reasonOf(() => booking.noShow(start, 7))).toBe("not_confirmed");
    expect(reasonOf(() => lost().cancel("CLIENT", "", start))).toBe("too_late");
    const event = fromBinary(BookingCancelledSchema, booking.cancel("CLIENT", "viaje", late, 850n).payload);
    expect(event).toMatchObject({ by: Cancellation_By.CLIENT, refund: { minorUnits: 850n }, lossId: booking.lossId });
  });
});

describe("a lost visit", () => {
  test("takes commands of its own loss alone, while it is open", () => {
    const booking = held();
    const first = booking.lossId!;
    expect(reasonOf(() => new LostVisit(booking, "another"))).toBe("not_lost");
    new LostVisit(booking, first).reassign(takeOver(), now);
    expect(reasonOf(() => new LostVisit(booking, first))).toBe("not_lost");
    loseStylist(booking, "otra gripe", now);
    expect(booking).toMatchObject({ lostStaffId: "diana", lostReason: "otra gripe" });
    expect(booking.lossId).not.toBe(first);
    expect(reasonOf(() => new LostVisit(booking, first))).toBe("not_lost");
    expect(reasonOf(() => new LostVisit(booked()))).toBe("not_lost");
  });

  test("occupies the time of a substitute who is held, until she is released; the same hold again changes nothing", () => {
    const booking = lost();
    const event = fromBinary(SubstituteHeldSchema, new LostVisit(booking).holdSubstitute(diana, end, now)!.payload);
    expect(event).toMatchObject({ lossId: booking.lossId, staffId: "diana", revision: 4n });
    expect(timestampDate(event.until!)).toEqual(end);
    expect(event.busy.map((part) => [part.staffId, timestampDate(part.start!)])).toEqual([
      ["diana", start],
      ["diana", inHours(49.75)],
    ]);
    expect(booking.busy().map(({ staffId }) => staffId)).toEqual(["diana", "diana"]);
    expect(new LostVisit(booking).holdSubstitute(diana, new Date(end), now)).toBeUndefined();
    expect(booking.revision).toBe(4n);
    expect(new LostVisit(booking).holdSubstitute(diana, inHours(25), now)).toBeDefined();

    const released = fromBinary(SubstituteReleasedSchema, new LostVisit(booking).releaseSubstitute(true).payload);
    expect(released).toMatchObject({ lossId: booking.lossId, staffId: "diana", absent: true, revision: 6n });
    expect(booking).toMatchObject({ status: "REASSIGNING", heldStaffId: null, heldUntil: null });
    expect(booking.busy()).toEqual([]);
    expect(reasonOf(() => new LostVisit(lost()).holdSubstitute(diana, inHours(49), start))).toBe("too_late");
  });

  test("is taken over at its start by somebody else, whose name the line has then", () => {
    const booking = held();
    const event = fromBinary(BookingReassignedSchema, new LostVisit(booking).reassign(takeOver(), now).payload);
    expect(event).toMatchObject({
      lossId: booking.lossId,
      paymentId: "p1",
      oldLines: [{ staffId: "sofia" }],
      lines: [{ staffName: "Diana" }],
    });
    expect(event.busy).toHaveLength(2);
    expect(event.refund).toBeUndefined();
    expect(booking).toMatchObject({ status: "CONFIRMED", startsAt: start, heldStaffId: null, lostStaffId: "sofia" });
    expect(booking.isOf("diana")).toBe(true);
    expect(reasonOf(() => new LostVisit(lost()).reassign(takeOver(), start))).toBe("too_late");
  });

  test("is taken over at another start: it is rescheduled", () => {
    const booking = lost();
    const to = takeOver({ stylist: sofia, start: inHours(72) });
    const event = fromBinary(BookingRescheduledSchema, new LostVisit(booking).reassign(to, now).payload);
    expect(event).toMatchObject({ lossId: booking.lossId, lines: [{ staffId: "sofia" }] });
    expect(booking).toMatchObject({ status: "CONFIRMED", startsAt: inHours(72), endsAt: inHours(74.25) });
  });

  test.each<[string, object, boolean, boolean]>([
    ["a substitute who was held and is accepted", {}, true, false],
    ["a stylist named for another time", { start: inHours(72) }, false, false],
    ["whoever is free at another time", { start: inHours(72), named: false }, false, true],
    ["the best at once, as the client had asked for any", {}, false, true],
  ])("with %s, has this stylist or any", (_, wishes, isHeld, anyStaff) => {
    const booking = lost(true);
    if (isHeld) new LostVisit(booking).holdSubstitute(diana, end, now);
    new LostVisit(booking).reassign(takeOver(wishes), now);
    expect(booking.anyStaff).toBe(anyStaff);
  });

  test.each<[string, bigint | undefined, bigint, bigint | undefined]>([
    ["the same price", 1000n, 0n, undefined],
    ["no price said", undefined, 0n, undefined],
    ["a dearer one: nothing is asked for", 1200n, 0n, undefined],
    ["a cheaper one: the difference", 800n, 0n, 200n],
    ["a cheaper one, when most went back already: what is left", 800n, 900n, 100n],
  ])("money: %s", (_, asked, refunded, expected) => {
    const booking = after(lost(), (b) => b.givenBack({ refunded, owed: 0n }));
    const event = fromBinary(BookingReassignedSchema, new LostVisit(booking).reassign(takeOver({ price: asked }), now).payload);
    expect(event.refund?.minorUnits).toBe(expected);
    expect(event.lines).toMatchObject([{ price }]);
    expect(booking.price).toBe(1000n);
  });

  test("money: lost again, gives no difference back twice, and all that is left where nobody takes it over", () => {
    const booking = lost();
    const give = (asked: bigint) =>
      fromBinary(BookingReassignedSchema, new LostVisit(booking).reassign(takeOver({ price: asked }), now).payload).refund?.minorUnits;
    expect(give(800n)).toBe(200n);
    const again = fromBinary(BookingLostStylistSchema, loseStylist(booking, "x", now).payload);
    expect(again.price).toMatchObject({ minorUnits: 800n });
    expect(give(900n)).toBeUndefined();
    loseStylist(booking, "x", now);
    expect(give(700n)).toBe(100n);
    booking.givenBack({ refunded: 300n, owed: 0n });
    loseStylist(booking, "x", now);
    new LostVisit(booking).refund(true, now);
    expect(booking.refund).toBe(700n);
  });

  test.each([
    [true, Cancellation_By.CLIENT, ""],
    [false, Cancellation_By.STYLIST, "gripe"],
  ])("declined by the client: %s, is refunded in full, also after its end", (declined, by, reason) => {
    const booking = held();
    const event = fromBinary(BookingCancelledSchema, new LostVisit(booking).refund(declined, inHours(60)).payload);
    expect(event).toMatchObject({ by, lossId: booking.lossId, refund: price });
    expect(booking).toMatchObject({ status: "CANCELLED", cancelReason: reason, heldStaffId: null });
    expect(reasonOf(() => new LostVisit(booking))).toBe("not_lost");
  });

  test("returns to its stylist", () => {
    const booking = held();
    const event = fromBinary(StylistReturnedSchema, new LostVisit(booking).returnStylist().payload);
    expect(event).toMatchObject({ lossId: booking.lossId, lines: [{ staffId: "sofia" }], busy: [{ staffId: "sofia" }, {}] });
    expect(booking).toMatchObject({ status: "CONFIRMED", heldStaffId: null });
    expect(fromBinary(BookingCancelledSchema, booking.cancel("CLIENT", "", now).payload).lossId).toBe("");
  });
});
