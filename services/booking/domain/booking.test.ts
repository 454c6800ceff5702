import { create, fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { TermsSchema } from "@lacio/proto/availability/v1/availability_service";
import { BookingCancelledSchema, BookingCreatedSchema, BookingPaidSchema, BookingRescheduledSchema } from "@lacio/proto/booking/v1/events";
import { describe, expect, test } from "@jest/globals";
import { Booking } from "./booking.ts";
import type { By } from "./booking-schema.ts";
import { loseStylist } from "./lost-visit.ts";
import { clientOptions, refuseUnlessMovable } from "./policy.ts";

const now = new Date("2026-12-01T12:00:00Z");
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const sold = {
  serviceId: "11111111-1111-4111-8111-111111111111",
  serviceName: "Alisado",
  serviceNameEn: "Straightening",
  price: { currencyCode: "COP", minorUnits: 1001n },
  ivaPercent: 19,
  phases: [
    { name: "aplicar", minutes: 60, busy: true },
    { name: "reposar", minutes: 45, busy: false },
    { name: "terminar", minutes: 30, busy: true },
  ],
  bufferMinutes: 10,
};
const terms = create(TermsSchema, sold);
const staffId = "22222222-2222-4222-8222-222222222222";
const stylist = { staffId, staffName: "Sofía" };
const rules = { holdMinutes: 10, freeUntilHours: 24, lateRefundPercent: 50 };
const payment = { paymentId: "p1", currencyCode: "COP", minorUnits: 1001n, succeededAt: now };

function request(hoursAhead = 48) {
  return Booking.request({ clientId: "c", terms, stylist, start: inHours(hoursAhead), anyStaff: true }, rules, now);
}
function booked(hoursAhead = 48) {
  const [booking] = request(hoursAhead);
  booking.markPaid(payment, false);
  return booking;
}
const states = {
  PENDING_PAYMENT: () => request()[0],
  CONFIRMED: () => booked(),
  REASSIGNING: () => after(booked(), (booking) => loseStylist(booking, "", now)),
  EXPIRED: () => after(request()[0], (booking) => booking.expire(inHours(1))),
  CANCELLED: () => after(booked(), (booking) => booking.cancel("CLIENT", "", now)),
  COMPLETED: () => after(booked(), (booking) => booking.complete(inHours(48))),
  NO_SHOW: () => after(booked(), (booking) => booking.noShow(inHours(48), 7)),
};
function after(booking: Booking, change: (booking: Booking) => unknown) {
  change(booking);
  return booking;
}
function reasonOf(work: () => unknown): string {
  try {
    work();
    return "ok";
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe("a booking", () => {
  test("is held with frozen terms, policy and the stylist's busy parts", () => {
    const [booking, created] = request();
    const event = fromBinary(BookingCreatedSchema, created.payload);
    expect(created).toMatchObject({ subject: "booking.created", key: booking.id });
    expect(event).toMatchObject({ bookingId: booking.id, clientId: "c", revision: 1n, price: { minorUnits: 1001n } });
    expect(timestampDate(event.expiresAt!)).toEqual(inHours(1 / 6));
    expect(event.lines).toMatchObject([
      { serviceName: "Alisado", serviceNameEn: "Straightening", staffId, staffName: "Sofía", ivaPercent: 19 },
    ]);
    expect(event.busy.map(({ start, end }) => [timestampDate(start!), timestampDate(end!)])).toEqual([
      [inHours(48), inHours(49)],
      [inHours(49.75), new Date(inHours(50.25).getTime() + 10 * 60_000)],
    ]);
    expect(booking.endsAt).toEqual(inHours(50.25));
    expect(booking).toMatchObject({ status: "PENDING_PAYMENT", freeUntilHours: 24, lateRefundPercent: 50, anyStaff: true });
  });

  test.each<[string, (booking: Booking) => unknown, Partial<Record<keyof typeof states, string>>, string]>([
    ["paid", (b) => b.markPaid(payment, false), { PENDING_PAYMENT: "ok", EXPIRED: "ok" }, "not_payable"],
    ["expired", (b) => b.expire(inHours(1)), { PENDING_PAYMENT: "ok" }, "not_lapsed"],
    [
      "cancelled",
      (b) => b.cancel("CLIENT", "", now),
      { PENDING_PAYMENT: "ok", CONFIRMED: "ok", REASSIGNING: "ok", CANCELLED: "already_cancelled" },
      "not_cancellable",
    ],
    [
      "moved",
      (b) => b.reschedule("CLIENT", { stylist, start: inHours(72) }, now),
      { PENDING_PAYMENT: "ok", CONFIRMED: "ok", REASSIGNING: "being_reassigned", CANCELLED: "already_cancelled", EXPIRED: "hold_expired" },
      "not_reschedulable",
    ],
    ["completed", (b) => b.complete(inHours(49)), { CONFIRMED: "ok" }, "not_confirmed"],
    ["missed", (b) => b.noShow(inHours(49), 7), { CONFIRMED: "ok", COMPLETED: "ok" }, "not_confirmed"],
  ])("can be %s from the right states only, and says why not", (_, change, expected, otherwise) => {
    for (const [name, make] of Object.entries(states)) {
      const booking = make();
      const { revision } = booking;
      const answer = reasonOf(() => change(booking));
      expect([name, answer]).toEqual([name, expected[name as keyof typeof states] ?? otherwise]);
      expect(booking.revision).toBe(answer === "ok" ? revision + 1n : revision);
    }
  });

  test.each<[string, By, number, number, bigint | string]>([
    ["early, by the client", "CLIENT", 48, 0, 1001n],
    ["exactly at the limit", "CLIENT", 48, 24, 1001n],
    ["a minute past it: the share, rounded down", "CLIENT", 48, 24 + 1 / 60, 500n],
    ["after the start, by the client", "CLIENT", 48, 48, "too_late"],
    ["late, by the stylist", "STYLIST", 48, 47, 1001n],
    ["while it goes on, by the stylist", "STYLIST", 48, 50, 1001n],
    ["when it is over, by the stylist", "STYLIST", 48, 50.25, "too_late"],
    ["late, by the salon", "SALON", 48, 47, 1001n],
    ["after the start, by the salon", "SALON", 48, 49, 1001n],
  ])("cancelled %s gives back the right amount", (_, by, startsIn, at, expected) => {
    const booking = booked(startsIn);
    if (typeof expected === "string") return expect(reasonOf(() => booking.cancel(by, "x", inHours(at)))).toBe(expected);
    if (by === "CLIENT") expect(clientOptions(booking, inHours(at)).refundIfCancelled).toBe(expected);
    const event = fromBinary(BookingCancelledSchema, booking.cancel(by, "x", inHours(at)).payload);
    expect(event).toMatchObject({ paymentId: "p1", refund: { minorUnits: expected, currencyCode: "COP" } });
    expect(booking).toMatchObject({ status: "CANCELLED", refund: expected, cancelReason: "x", cancelledBy: by });
  });

  test.each([
    [0, 0n],
    [33, 330n],
    [100, 1001n],
  ])("cancelled late, gives back the share that was frozen on it: %d percent", (lateRefundPercent, expected) => {
    const booking = after(booked(), (one) => Object.assign(one, { lateRefundPercent }));
    expect(clientOptions(booking, inHours(30)).refundIfCancelled).toBe(expected);
  });

  test.each<[string, By, bigint, number, bigint]>([
    ["in time, by the client: the rest", "CLIENT", 300n, 0, 701n],
    ["late, by the client: the share of the price", "CLIENT", 300n, 30, 500n],
    ["late, by the client, when less than that is left", "CLIENT", 900n, 30, 101n],
    ["by the stylist: the rest", "STYLIST", 300n, 30, 701n],
    ["when all of it went back", "SALON", 1001n, 30, 0n],
  ])("money: after an earlier refund, cancelled %s", (_, by, refunded, at, expected) => {
    const booking = after(booked(), (one) => Object.assign(one, { refunded }));
    if (by === "CLIENT") expect(clientOptions(booking, inHours(at)).refundIfCancelled).toBe(expected);
    const event = fromBinary(BookingCancelledSchema, booking.cancel(by, "", inHours(at)).payload);
    expect(event).toMatchObject({ refund: { minorUnits: expected }, refundedBefore: { minorUnits: refunded } });
  });

  test.each<[string, By, { refunded: bigint; owed: bigint }, number, bigint]>([
    ["in time: the rest", "CLIENT", { refunded: 0n, owed: 300n }, 0, 701n],
    ["late: the share of the price", "CLIENT", { refunded: 0n, owed: 300n }, 30, 500n],
    ["late, when less than that is left", "CLIENT", { refunded: 200n, owed: 700n }, 30, 101n],
    ["by the stylist, when all of it is owed", "STYLIST", { refunded: 0n, owed: 1001n }, 30, 0n],
  ])("money: beside what a failed refund left owed, cancelled %s", (_, by, given, at, expected) => {
    const booking = after(booked(), (one) => one.givenBack(given));
    if (by === "CLIENT") expect(clientOptions(booking, inHours(at)).refundIfCancelled).toBe(expected);
    const event = fromBinary(BookingCancelledSchema, booking.cancel(by, "", inHours(at)).payload);
    expect(event).toMatchObject({ refund: { minorUnits: expected }, owedBefore: { minorUnits: given.owed } });
  });

  // Paid on Tuesday 1 December 2026 at 7:00 in Bogotá; Tuesday the 8th is a holiday, so the fifth working day is Wednesday the 9th.
  test.each<[string, number, number, bigint]>([
    ["before the policy's end", 10 * 24, 0, 1001n],
    ["after the policy's end, within the five working days", 10 * 24, 8 * 24, 1001n],
    ["after both", 10 * 24, 9 * 24, 500n],
    ["where the visit begins within the five working days", 8 * 24, 24, 500n],
  ])("legal floor: cancelled %s", (_, startsIn, at, expected) => {
    const booking = after(booked(startsIn), (one) => Object.assign(one, { freeUntilHours: 9 * 24 }));
    expect(clientOptions(booking, inHours(at)).refundIfCancelled).toBe(expected);
    expect(clientOptions(booking, inHours(at)).movableUntil === undefined).toBe(expected !== 1001n);
  });

  test("a hold ends at its very end, not before", () => {
    const end = inHours(1 / 6);
    expect(reasonOf(() => request()[0].expire(new Date(end.getTime() - 1)))).toBe("not_lapsed");
    expect(reasonOf(() => request()[0].expire(end))).toBe("ok");
  });

  test("an unpaid one costs nothing to cancel", () => {
    const event = fromBinary(BookingCancelledSchema, request()[0].cancel("CLIENT", "", now).payload);
    expect(event).toMatchObject({ paymentId: "", refund: { minorUnits: 0n } });
  });

  test.each<[keyof typeof states, Partial<typeof payment>, string | undefined]>([
    ["PENDING_PAYMENT", {}, undefined],
    ["EXPIRED", {}, undefined],
    ["PENDING_PAYMENT", { minorUnits: 1000n }, "amount_mismatch"],
    ["PENDING_PAYMENT", { minorUnits: 1002n }, "amount_mismatch"],
    ["EXPIRED", { minorUnits: 1000n }, "amount_mismatch"],
    ["PENDING_PAYMENT", { currencyCode: "USD" }, "amount_mismatch"],
    ["CONFIRMED", { paymentId: "p2" }, "already_paid"],
    ["REASSIGNING", { paymentId: "p2" }, "already_paid"],
    ["COMPLETED", { paymentId: "p2" }, "already_paid"],
    ["CANCELLED", { paymentId: "p2" }, "booking_cancelled"],
  ])("%s with payment %j: objection %s", (state, change, expected) => {
    expect(states[state]().objectionTo({ ...payment, ...change })).toBe(expected);
  });

  test("paid after its slot was claimed again says so with its busy parts", () => {
    const busyOf = (again: boolean) => fromBinary(BookingPaidSchema, request()[0].markPaid(payment, again).payload).busy.length;
    expect([busyOf(false), busyOf(true)]).toEqual([0, 2]);
  });

  test.each<[string, By, number, string]>([
    ["the client in time", "CLIENT", 24, "ok"],
    ["the client too late", "CLIENT", 25, "too_late"],
    ["the salon late", "SALON", 47, "ok"],
    ["the salon after the start", "SALON", 48, "too_late"],
  ])("is moved by %s", (_, by, at, expected) => {
    const booking = booked(48);
    expect(reasonOf(() => booking.reschedule(by, { stylist, start: inHours(72) }, inHours(at)))).toBe(expected);
  });

  test("an unpaid one is moved until its hold ends", () => {
    expect(reasonOf(() => refuseUnlessMovable(request()[0], "CLIENT", inHours(0.1)))).toBe("ok");
    expect(reasonOf(() => refuseUnlessMovable(request()[0], "CLIENT", inHours(1 / 6)))).toBe("hold_expired");
  });

  test("moved, stays as it was sold, and has the name of who does it now", () => {
    const booking = booked();
    const to = { stylist: { staffId: "other", staffName: "Diana" }, start: inHours(72) };
    const event = fromBinary(BookingRescheduledSchema, booking.reschedule("CLIENT", to, now).payload);
    expect(event.oldLines).toMatchObject([{ staffId }]);
    expect(event.lines).toMatchObject([{ staffId: "other", staffName: "Diana", serviceName: "Alisado", price: { minorUnits: 1001n } }]);
    expect(event.busy).toHaveLength(2);
    expect([booking.startsAt, booking.endsAt]).toEqual([inHours(72), inHours(74.25)]);
  });

  test("is not completed or missed before it begins", () => {
    expect(reasonOf(() => booked().complete(now))).toBe("not_started_yet");
    expect(reasonOf(() => booked().noShow(now, 7))).toBe("not_started_yet");
  });

  test.each([
    [7, "ok"],
    [7.1, "not_confirmed"],
  ])("completed, turns out to be missed %d days after its end: %s", (days, expected) => {
    expect(reasonOf(() => states.COMPLETED().noShow(inHours(50.25 + days * 24), 7))).toBe(expected);
  });

  test("a decision on an older revision is refused", () => {
    const booking = booked();
    expect(reasonOf(() => booking.refuseUnlessAt(2n))).toBe("ok");
    expect(reasonOf(() => booking.refuseUnlessAt(1n))).toBe("booking_changed");
  });
});
