import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { Booking_Status as Status, Cancellation_By as By, OwnVisitSchema, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { asService, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { hour, minute, openSalon, outcome, short, startsAlone, withPause, type Salon } from "../testing/salon.ts";

let salon: Salon;
let client: SignedIn;
let stranger: SignedIn;
let stylist: { id: string; token: string };
let colleague: { id: string; token: string };

beforeAll(async () => {
  salon = await openSalon(".lacio/test/booking-life", { MAX_OPEN_HOLDS: "50" });
  stylist = await salon.hireStylist();
  colleague = await salon.hireStylist();
  client = await signUp(salon.system);
  stranger = await signUp(salon.system);
});
afterAll(() => salon?.close());

const at = (start: Date, offsetMs = 0) => timestampFromDate(new Date(start.getTime() + offsetMs));
const mine = () => salon.as(client.accessToken);
const unknown = "11111111-1111-4111-8111-111111111111";
const book = async (start = salon.freshDay(), serviceId = short.serviceId) =>
  (await mine().createBooking({ serviceId, desiredStart: at(start), staffId: stylist.id })).bookingId;
async function booked(start = salon.freshDay(), serviceId = short.serviceId) {
  const bookingId = await book(start, serviceId);
  await salon.pay({ bookingId });
  await until(async () => (await mine().getBooking({ bookingId })).booking!.status === Status.CONFIRMED);
  return bookingId;
}
// As if time had passed: moves the visit to this far from now, and makes its job due.
const shift = (id: string, interval: string) =>
  salon.sql(
    `with moved as (update booking set starts_at = now() + $2::interval, ends_at = now() + $2::interval + interval '1 hour' where id = $1::uuid returning 1),
       looked_at as (update job set at = now() where key = $1::text)
     update booking_line set starts_at = now() + $2::interval, ends_at = now() + $2::interval + interval '1 hour' where booking_id = $1::uuid`,
    [id, interval],
  );
const toComplete = async (...ids: string[]) =>
  (await salon.sql("select 1 from job where kind = 'complete-visit' and key = any($1)", [ids])).length;
const partsOf = async (id: string) =>
  (
    await salon.sql<{ part: string }>(
      "select resource_id || ' ' || lower(during)::text as part from occupancy where booking_id = $1 order by 1",
      [id],
    )
  ).map(({ part }) => part);
const subjectsOf = async (id: string) =>
  (await salon.sql<{ subject: string }>("select subject from outbox where key = $1 order by seq", [id])).map(({ subject }) => subject);
const noOverlaps = async () =>
  expect(
    await salon.sql(
      "select 1 from occupancy a join occupancy b on a.resource_id = b.resource_id and a.during && b.during and a.ctid <> b.ctid",
    ),
  ).toEqual([]);

describe("who sees a booking", () => {
  test("its client, its stylist, the salon and the services that need it; nobody else learns that it exists", async () => {
    const bookingId = await book();
    const seenBy = async (token: string) => (await outcome(salon.as(token).getBooking({ bookingId }))).reason;
    expect(await seenBy(client.accessToken)).toBe("ok");
    expect(await seenBy(stylist.token)).toBe("ok");
    for (const name of ["payments", "invoice", "notification"]) expect(await seenBy(asService(name, salon.system))).toBe("ok");
    expect((await outcome((await salon.admin()).getBooking({ bookingId }))).reason).toBe("ok");
    expect(await seenBy(stranger.accessToken)).toBe("not_found");
    expect(await seenBy(colleague.token)).toBe("not_found");
    const missing = await outcome(mine().getBooking({ bookingId: unknown }));
    expect([missing.reason, missing.code]).toEqual(["not_found", "NotFound"]);
  });

  test("strangers cannot change it either", async () => {
    const bookingId = await booked();
    const other = salon.as(stranger.accessToken);
    const foreign = salon.as(colleague.token);
    const calls = [
      other.cancelBooking({ bookingId }),
      other.rescheduleBooking({ bookingId, desiredStart: at(salon.freshDay()) }),
      foreign.completeBooking({ bookingId }),
      foreign.markNoShow({ bookingId }),
      foreign.cancelStaffBooking({ bookingId, staffId: stylist.id, reason: "x" }),
      foreign.cancelStaffBooking({ bookingId, staffId: colleague.id, reason: "x" }),
      foreign.listStaffBookings({ staffId: stylist.id }),
    ];
    for (const call of calls) expect((await outcome<unknown>(call)).reason).toBe("not_found");
    expect((await outcome(mine().completeBooking({ bookingId }))).reason).toBe("forbidden");
  });
});

describe("lists", () => {
  test("a client pages through their bookings, latest start first, also those that share a start, by status if wished", async () => {
    const owner = await signUp(salon.system);
    const own = salon.as(owner.accessToken);
    const day = salon.freshDay();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      const [desiredStart, staffId] = [at(day, Math.floor(index / 2) * hour), index % 2 ? colleague.id : stylist.id];
      ids.push((await own.createBooking({ serviceId: short.serviceId, desiredStart, staffId })).bookingId);
    }
    await own.cancelBooking({ bookingId: ids[0]! });
    const seen: string[] = [];
    for (let pageToken: string | undefined; pageToken !== "";) {
      const page = await own.listBookings({ pageSize: 2, pageToken });
      for (const { start, lines } of page.bookings) expect(lines.map((line) => line.start)).toEqual([start]);
      seen.push(...page.bookings.map(({ bookingId }) => bookingId));
      pageToken = page.nextPageToken;
    }
    expect(seen).toEqual(ids.toReversed());
    const cancelled = await own.listBookings({ statuses: [Status.CANCELLED] });
    expect(cancelled.bookings.map(({ bookingId }) => bookingId)).toEqual([ids[0]]);
    expect((await own.listBookings({ statuses: [Status.CANCELLED, Status.PENDING_PAYMENT] })).bookings).toHaveLength(5);

    const admin = await salon.admin();
    expect((await admin.listBookings({ clientId: owner.id })).bookings).toHaveLength(5);
    expect((await admin.listBookings({ pageSize: 200 })).bookings.length).toBeGreaterThan(5);
    expect((await outcome(salon.as(stranger.accessToken).listBookings({ clientId: owner.id }))).reason).toBe("forbidden");
    expect((await salon.as(stranger.accessToken).listBookings({})).bookings).toEqual([]);

    const users = salon.as(asService("users", salon.system));
    const live = await users.listBookings({ clientId: owner.id, statuses: [Status.PENDING_PAYMENT] });
    expect(live.bookings.map(({ bookingId }) => bookingId)).toEqual(ids.slice(1).toReversed());
    expect((await outcome(users.listBookings({}))).reason).toBe("invalid_argument");
    expect((await outcome(salon.as(asService("invoice", salon.system)).listBookings({ clientId: owner.id }))).reason).toBe("forbidden");
  });

  test("the agenda shows what is and was to be done, by start, also visits that share one, with the visit under way", async () => {
    const hired = await salon.hireStylist();
    const day = salon.freshDay();
    const create = async ({ serviceId }: typeof short, hours: number) =>
      (await mine().createBooking({ serviceId, desiredStart: at(day, hours * hour), staffId: hired.id })).bookingId;
    const ids = [
      await create(short, 0),
      await create(short, 1),
      await create(short, 2),
      await create(startsAlone, 2),
      await create(short, 4),
    ];
    await mine().cancelBooking({ bookingId: ids[1]! });
    const agenda = salon.as(hired.token);
    const idsOf = (bookings: Booking[]) => bookings.map(({ bookingId }) => bookingId);
    const all = await agenda.listStaffBookings({ staffId: hired.id, from: at(day, 30 * minute), to: at(day, 24 * hour) });
    expect(idsOf(all.bookings)).toEqual([ids[0], ids[2], ids[3], ids[4]]);
    const first = await agenda.listStaffBookings({ staffId: hired.id, from: at(day), to: at(day, 24 * hour), pageSize: 2 });
    const rest = await agenda.listStaffBookings({
      staffId: hired.id,
      from: at(day),
      to: at(day, 24 * hour),
      pageSize: 2,
      pageToken: first.nextPageToken,
    });
    expect([idsOf(first.bookings), idsOf(rest.bookings), rest.nextPageToken]).toEqual([[ids[0], ids[2]], [ids[3], ids[4]], ""]);
    expect(idsOf((await agenda.listStaffBookings({ staffId: hired.id, from: at(day, hour), to: at(day, 4 * hour) })).bookings)).toEqual([
      ids[2],
      ids[3],
    ]);
    expect((await (await salon.admin()).listStaffBookings({ staffId: hired.id, from: at(day) })).bookings).toHaveLength(4);
    salon.dismiss(hired.id);
  });
});

describe("CancelBooking", () => {
  test("gives everything back in time, a share later, nothing after the start", async () => {
    const [early, late, begun] = [await booked(), await booked(), await booked()];
    await shift(late, "3 hours");
    await shift(begun, "-10 minutes");
    const { booking } = await mine().getBooking({ bookingId: late });
    expect(booking!.refundIfCancelled!.minorUnits).toBe(9_000_000n);
    const cancelled = (await mine().cancelBooking({ bookingId: early, reason: "viaje" })).booking!;
    expect(cancelled).toMatchObject({ status: Status.CANCELLED, cancellation: { by: By.CLIENT, reason: "viaje", refund: short.price } });
    expect(cancelled.refundIfCancelled).toBeUndefined();
    expect((await mine().cancelBooking({ bookingId: late })).booking!.cancellation!.refund!.minorUnits).toBe(9_000_000n);
    expect(await outcome(mine().cancelBooking({ bookingId: begun }))).toMatchObject({ reason: "too_late", code: "FailedPrecondition" });
    expect((await outcome(mine().cancelBooking({ bookingId: early }))).reason).toBe("already_cancelled");
    expect(await partsOf(early)).toEqual([]);
    expect((await (await salon.admin()).cancelBooking({ bookingId: begun })).booking!.cancellation).toMatchObject({
      by: By.SALON,
      refund: short.price,
    });
  });

  test("goes by the policy of the day on which it was booked, which is the one shown", async () => {
    const bookingId = await booked();
    await shift(bookingId, "3 hours");
    const frozen = (hours: number) =>
      salon.sql("update booking set free_until_hours = $2, late_refund_percent = 30 where id = $1", [bookingId, hours]);
    const shown = async () => (await mine().getBooking({ bookingId })).booking!;
    await frozen(4);
    expect(await shown()).toMatchObject({
      policy: { freeUntilHours: 4, lateRefundPercent: 30 },
      refundIfCancelled: { minorUnits: 5_400_000n },
    });
    await frozen(2);
    expect((await shown()).refundIfCancelled).toMatchObject({ minorUnits: 18_000_000n });
    await frozen(4);
    expect((await mine().cancelBooking({ bookingId })).booking!.cancellation!.refund!.minorUnits).toBe(5_400_000n);
  });

  test("frees the slot at once", async () => {
    const start = salon.freshDay();
    const bookingId = await book(start);
    await mine().cancelBooking({ bookingId });
    expect((await outcome(book(start))).reason).toBe("ok");
  });

  test("leaves no visit to complete, whoever cancels", async () => {
    const [own, stylists] = [await booked(), await booked()];
    expect(await toComplete(own, stylists)).toBe(2);
    await mine().cancelBooking({ bookingId: own });
    await salon.as(stylist.token).cancelStaffBooking({ staffId: stylist.id, bookingId: stylists, reason: "gripe" });
    expect(await toComplete(own, stylists)).toBe(0);
  });

  test("by the stylist: an unpaid hold ends, with a reason, of that stylist's bookings only", async () => {
    const bookingId = await book();
    const own = salon.as(stylist.token);
    expect((await outcome(own.cancelStaffBooking({ staffId: stylist.id, bookingId }))).reason).toBe("invalid_argument");
    expect((await outcome((await salon.admin()).cancelStaffBooking({ staffId: colleague.id, bookingId, reason: "x" }))).reason).toBe(
      "not_found",
    );
    const { booking } = await own.cancelStaffBooking({ staffId: stylist.id, bookingId, reason: "enferma" });
    expect(booking!.cancellation).toMatchObject({ by: By.STYLIST, reason: "enferma", refund: { minorUnits: 0n } });
    expect(booking!.loss).toBeUndefined();
    expect([await subjectsOf(bookingId), await partsOf(bookingId)]).toEqual([["booking.created", "booking.cancelled"], []]);
  });
});

describe("RescheduleBooking", () => {
  test("moves to another time, overlapping its own or not, and to another stylist", async () => {
    const start = salon.freshDay();
    const bookingId = await booked(start, withPause.serviceId);
    const moved = (await mine().rescheduleBooking({ bookingId, desiredStart: at(start, 30 * minute) })).booking!;
    expect(moved).toMatchObject({ status: Status.CONFIRMED, staffId: stylist.id, price: withPause.price });
    expect(timestampDate(moved.start!).getTime()).toBe(start.getTime() + 30 * minute);
    const other = (await mine().rescheduleBooking({ bookingId, desiredStart: at(start), staffId: colleague.id })).booking!;
    expect(other.lines).toMatchObject([{ staffId: colleague.id }]);
    expect((await partsOf(bookingId)).every((part) => part.startsWith(colleague.id))).toBe(true);
    expect(await subjectsOf(bookingId)).toEqual(["booking.created", "booking.paid", "booking.rescheduled", "booking.rescheduled"]);
    expect((await outcome(mine().rescheduleBooking({ bookingId, desiredStart: at(start), staffId: colleague.id }))).reason).toBe(
      "same_slot",
    );
  });

  test("keeps the old slot when the new one is gone, and offers others", async () => {
    const start = salon.freshDay();
    const bookingId = await booked(start);
    await book(new Date(start.getTime() + 3 * hour));
    const before = await partsOf(bookingId);
    const refused = await outcome(mine().rescheduleBooking({ bookingId, desiredStart: at(start, 3 * hour + 30 * minute) }));
    expect(refused).toMatchObject({ reason: "slot_taken", code: "AlreadyExists" });
    expect(refused.alternatives).toHaveLength(3);
    expect(await partsOf(bookingId)).toEqual(before);
    const lapsed = await book(new Date(start.getTime() + 6 * hour));
    await salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [lapsed]);
    expect((await outcome(mine().rescheduleBooking({ bookingId, desiredStart: at(start, 6 * hour) }))).reason).toBe("ok");
  });

  test("not in the last hours, except by the salon; not once it began or ended", async () => {
    const [late, begun, gone] = [await booked(), await booked(), await book()];
    await shift(late, "3 hours");
    await shift(begun, "-10 minutes");
    await mine().cancelBooking({ bookingId: gone });
    const move = (bookingId: string) => ({ bookingId, desiredStart: at(salon.freshDay()) });
    expect((await outcome(mine().rescheduleBooking(move(late)))).reason).toBe("too_late");
    expect((await outcome((await salon.admin()).rescheduleBooking(move(late)))).reason).toBe("ok");
    expect((await outcome((await salon.admin()).rescheduleBooking(move(begun)))).reason).toBe("too_late");
    expect((await outcome(mine().rescheduleBooking(move(gone)))).reason).toBe("already_cancelled");
  });

  test("two bookings that swap places at once: no deadlock, no overlap, everybody keeps a slot", async () => {
    const start = salon.freshDay();
    const [a, b] = [await booked(start), await booked(new Date(start.getTime() + 2 * hour))];
    await Promise.all([
      outcome(mine().rescheduleBooking({ bookingId: a, desiredStart: at(start, 2 * hour) })),
      outcome(mine().rescheduleBooking({ bookingId: b, desiredStart: at(start) })),
    ]);
    expect([(await partsOf(a)).length, (await partsOf(b)).length]).toEqual([1, 1]);
    await noOverlaps();
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
  });

  // A call that begins after the winner's commit reads the new revision and may win as well: what counts is that no two calls won on the
  // same revision.
  test("racing reschedules and cancels of one booking: each state has one winner, the others are told", async () => {
    for (let round = 0; round < 5; round++) {
      const start = salon.freshDay();
      const bookingId = await booked(start);
      const move = (index: number) => mine().rescheduleBooking({ bookingId, desiredStart: at(start, (index + 2) * hour) });
      const moves = Array.from({ length: 10 }, (_, index) => outcome(move(index)));
      const cancels = Array.from({ length: round % 2 ? 5 : 0 }, () => outcome(mine().cancelBooking({ bookingId })));
      const [moved, cancelled] = [await Promise.all(moves), await Promise.all(cancels)];
      const reasons = [...moved, ...cancelled].map(({ reason }) => reason);
      expect(reasons.filter((reason) => !["ok", "booking_changed", "already_cancelled"].includes(reason))).toEqual([]);

      const won = reasons.filter((reason) => reason === "ok").length;
      const { booking } = await mine().getBooking({ bookingId });
      const over = cancelled.some(({ reason }) => reason === "ok");
      expect(won).toBeGreaterThanOrEqual(1);
      expect(won).toBeLessThan(reasons.length);
      expect(cancelled.filter(({ reason }) => reason === "ok").length).toBe(over ? 1 : 0);
      expect(booking!.status).toBe(over ? Status.CANCELLED : Status.CONFIRMED);
      expect(await salon.sql("select revision from booking where id = $1", [bookingId])).toEqual([{ revision: String(2 + won) }]);
      expect((await subjectsOf(bookingId)).length).toBe(2 + won);
      expect(await partsOf(bookingId)).toHaveLength(over ? 0 : 1);
    }
    await noOverlaps();
  });
});

describe("a client's own visits overlap only where that was asked", () => {
  const newClient = async () => salon.as((await signUp(salon.system)).accessToken);
  const overlapOf = async (call: Promise<unknown>) => {
    const error = ConnectError.from(
      await call.then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    );
    return error.findDetails(OwnVisitSchema).map(({ bookingId, serviceName, start }) => [bookingId, serviceName, timestampDate(start!)]);
  };

  test("a booking says which visit is in its way, with any stylist; who does not ask, or says that it may, gets it", async () => {
    const start = salon.freshDay();
    const ana = await newClient();
    const wish = (offset: number) => ({ serviceId: short.serviceId, desiredStart: at(start, offset), refuseOverlap: true });
    const first = (await ana.createBooking({ ...wish(0), staffId: stylist.id })).bookingId;
    for (const staffId of [colleague.id, ""]) {
      const call = { ...wish(30 * minute), staffId };
      expect(await outcome(ana.createBooking(call))).toMatchObject({ reason: "overlaps_own_visit", code: "FailedPrecondition" });
      expect(await overlapOf(ana.createBooking(call))).toEqual([[first, "Alisado corto", start]]);
    }
    expect((await ana.listBookings({})).bookings).toHaveLength(1);
    expect((await outcome(ana.createBooking(wish(hour)))).reason).toBe("ok"); // right after it
    expect((await outcome(ana.createBooking({ ...wish(30 * minute), staffId: colleague.id, refuseOverlap: false }))).reason).toBe("ok");
    const eva = await newClient(); // another client's visits do not count
    expect((await outcome(eva.createBooking({ ...wish(3 * hour) }))).reason).toBe("ok");
  });

  test("what is over is in nobody's way: cancelled, and held until a moment ago", async () => {
    const start = salon.freshDay();
    const ana = await newClient();
    const wish = { serviceId: short.serviceId, desiredStart: at(start), refuseOverlap: true };
    const cancelled = await ana.createBooking(wish);
    await ana.cancelBooking({ bookingId: cancelled.bookingId });
    const lapsed = await ana.createBooking(wish);
    await salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [lapsed.bookingId]);
    expect((await outcome(ana.createBooking(wish))).reason).toBe("ok");
  });

  test("asked for many times at once, with whomever and by moving too: one is had, nothing deadlocks", async () => {
    const start = salon.freshDay();
    const ana = await newClient();
    const elsewhere = await ana.createBooking({ serviceId: short.serviceId, desiredStart: at(start, 6 * hour), staffId: stylist.id });
    const staff = [stylist.id, colleague.id, ""];
    const calls = Array.from({ length: 30 }, (_, index) => {
      const wish = { desiredStart: at(start, (index % 4) * 15 * minute), staffId: staff[index % 3]!, refuseOverlap: true };
      return index % 5 === 0
        ? outcome(ana.rescheduleBooking({ ...wish, bookingId: elsewhere.bookingId }))
        : outcome(ana.createBooking({ ...wish, serviceId: short.serviceId }));
    });
    const reasons = (await Promise.all(calls)).map(({ reason }) => reason);
    expect(reasons).toContain("ok");
    const overlaps = await salon.sql(
      `select a.id from booking a join booking b on a.client_id = b.client_id and a.id < b.id
       where a.starts_at < b.ends_at and b.starts_at < a.ends_at and a.client_id = (select client_id from booking where id = $1)
         and a.status = 'PENDING_PAYMENT' and b.status = 'PENDING_PAYMENT'`,
      [elsewhere.bookingId],
    );
    expect(overlaps).toEqual([]);
    await noOverlaps();
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
  });

  test("a move says it too, also to who only asks; a visit never overlaps itself", async () => {
    const start = salon.freshDay();
    const ana = await newClient();
    const wish = (offset: number) => ({ serviceId: short.serviceId, desiredStart: at(start, offset), staffId: stylist.id });
    const { bookingId } = await ana.createBooking(wish(0));
    const other = await ana.createBooking(wish(3 * hour));
    const move = { bookingId, staffId: colleague.id, refuseOverlap: true };
    expect((await outcome(ana.rescheduleBooking({ ...move, desiredStart: at(start, 30 * minute) }))).reason).toBe("ok");
    const onto = { ...move, desiredStart: at(start, 2 * hour + 30 * minute) };
    for (const validateOnly of [true, false])
      expect(await overlapOf(ana.rescheduleBooking({ ...onto, validateOnly }))).toEqual([
        [other.bookingId, "Alisado corto", timestampDate(other.start!)],
      ]);
    expect((await outcome(ana.rescheduleBooking({ ...onto, refuseOverlap: false }))).reason).toBe("ok");
  });
});

describe("what was seen is what is done", () => {
  const seen = async (bookingId: string) => (await mine().getBooking({ bookingId })).booking!;

  test("a phone that still shows an unpaid hold does not cancel the visit that was paid meanwhile, nor move it", async () => {
    const start = salon.freshDay();
    const bookingId = await book(start);
    const { revision: expectedRevision } = await seen(bookingId);
    await salon.pay({ bookingId });
    await until(async () => (await seen(bookingId)).status === Status.CONFIRMED);
    const refused = { reason: "booking_changed", code: "Aborted" };
    expect(await outcome(mine().cancelBooking({ bookingId, expectedRevision }))).toMatchObject(refused);
    const move = { bookingId, desiredStart: at(start, 2 * hour), expectedRevision };
    expect(await outcome(mine().rescheduleBooking(move))).toMatchObject(refused);
    const now = await seen(bookingId);
    expect([now.status, now.start]).toEqual([Status.CONFIRMED, at(start)]);
    expect((await outcome(mine().cancelBooking({ bookingId, expectedRevision: now.revision }))).reason).toBe("ok");
    expect((await outcome(mine().cancelBooking({ bookingId, expectedRevision: now.revision }))).reason).toBe("already_cancelled");
  });

  test("a refund that became smaller while somebody decided is not taken for agreed", async () => {
    const bookingId = await booked();
    const { revision: expectedRevision, refundIfCancelled: expectedRefund } = await seen(bookingId);
    await shift(bookingId, "23 hours");
    const cancel = (refund: typeof expectedRefund) =>
      outcome(mine().cancelBooking({ bookingId, expectedRevision, expectedRefund: refund }));
    expect((await cancel(expectedRefund)).reason).toBe("booking_changed");
    expect((await cancel((await seen(bookingId)).refundIfCancelled)).reason).toBe("ok");
  });

  test("says until when what is possible, and what a move would leave of it, without moving anything", async () => {
    const bookingId = await booked();
    await shift(bookingId, "48 hours");
    const now = await seen(bookingId);
    const limit = timestampDate(now.start!).getTime() - 24 * hour;
    expect([now.movableUntil, now.freeUntil].map((until) => timestampDate(until!).getTime())).toEqual([limit, limit]);
    expect(now.lateRefund!.minorUnits).toBe(9_000_000n);
    const soon = new Date(Math.ceil(Date.now() / hour) * hour + 5 * hour);
    const wish = { bookingId, desiredStart: at(soon), validateOnly: true };
    const { booking: would } = await mine().rescheduleBooking(wish);
    expect(would).toMatchObject({ start: wish.desiredStart, refundIfCancelled: { minorUnits: 9_000_000n } });
    expect([would!.movableUntil, would!.freeUntil]).toEqual([undefined, undefined]);
    expect(await seen(bookingId)).toMatchObject({ start: now.start, revision: now.revision, movableUntil: now.movableUntil });
  });
});

describe("after the visit", () => {
  test("the stylist completes it or notes that nobody came; once, and not before", async () => {
    const [done, missed, unpaid] = [await booked(), await booked(), await book()];
    const own = salon.as(stylist.token);
    expect(await outcome(own.completeBooking({ bookingId: done }))).toMatchObject({
      reason: "not_started_yet",
      code: "FailedPrecondition",
    });
    for (const id of [done, missed, unpaid]) await shift(id, "-1 hour");
    expect((await own.completeBooking({ bookingId: done })).booking!.status).toBe(Status.COMPLETED);
    expect((await own.markNoShow({ bookingId: missed })).booking!.status).toBe(Status.NO_SHOW);
    expect((await outcome(own.completeBooking({ bookingId: unpaid }))).reason).toBe("not_confirmed");
    expect((await outcome(own.completeBooking({ bookingId: missed }))).reason).toBe("not_confirmed");
    expect((await outcome(mine().cancelBooking({ bookingId: done }))).reason).toBe("not_cancellable");
    expect(await partsOf(done)).toEqual([]);
    expect(await toComplete(done, missed)).toBe(0);
    expect((await subjectsOf(done)).at(-1)).toBe("booking.completed");
    expect((await subjectsOf(missed)).at(-1)).toBe("booking.no_show");
  });

  test("no state waits for a person for ever: what nobody closed completes itself, and may still turn out to be missed for some days", async () => {
    const [forgotten, recent, corrected, tooLate] = [await booked(), await booked(), await booked(), await booked()];
    const statusOf = async (bookingId: string) => (await mine().getBooking({ bookingId })).booking!.status;
    await shift(recent, "-12 hours"); // ended 11 hours ago
    for (const id of [forgotten, corrected]) await shift(id, "-13 hours");
    await shift(tooLate, "-8 days");
    for (const id of [forgotten, corrected, tooLate]) await until(async () => (await statusOf(id)) === Status.COMPLETED);
    expect([await statusOf(recent), await partsOf(forgotten)]).toEqual([Status.CONFIRMED, []]);
    expect(await subjectsOf(forgotten)).toEqual(["booking.created", "booking.paid", "booking.completed"]);
    const own = salon.as(stylist.token);
    expect((await own.markNoShow({ bookingId: corrected })).booking!.status).toBe(Status.NO_SHOW);
    expect((await subjectsOf(corrected)).at(-1)).toBe("booking.no_show");
    expect((await outcome(own.markNoShow({ bookingId: tooLate }))).reason).toBe("not_confirmed");
  });

  test("no state is undone by who only forgot to close it: a visit that has begun cannot be cancelled by its stylist", async () => {
    const [over, underWay] = [await booked(), await booked()];
    await shift(over, "-61 minutes");
    await shift(underWay, "-30 minutes");
    const cancel = async (bookingId: string) =>
      (await outcome(salon.as(stylist.token).cancelStaffBooking({ staffId: stylist.id, bookingId, reason: "Enferma" }))).reason;
    expect([await cancel(over), await cancel(underWay)]).toEqual(["too_late", "too_late"]);
  });
});

describe("bad input is refused by name", () => {
  const huge = { seconds: 9_223_372_036_854_775_807n, nanos: 0 };
  const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  type Calls = ReturnType<Salon["as"]>;
  test.each<[string, (calls: Calls) => Promise<unknown>]>([
    ["get without an id", (calls) => calls.getBooking({})],
    ["get with a NUL", (calls) => calls.getBooking({ bookingId: "\0" })],
    ["list with a page of -1", (calls) => calls.listBookings({ pageSize: -1 })],
    ["list with a page of 201", (calls) => calls.listBookings({ pageSize: 201 })],
    ["list with a foreign token", (calls) => calls.listBookings({ pageToken: "nonsense" })],
    ["list with a token of no time", (calls) => calls.listBookings({ pageToken: token(["x", unknown]) })],
    ["list with a token of no day", (calls) => calls.listBookings({ pageToken: token(["2026-02-30T99:00:00.000Z", unknown]) })],
    ["list with a token of no id", (calls) => calls.listBookings({ pageToken: token(["2026-12-01T00:00:00.000Z", "x"]) })],
    ["list of an unknown status", (calls) => calls.listBookings({ statuses: [99 as Status] })],
    ["list of no status", (calls) => calls.listBookings({ statuses: [Status.STATUS_UNSPECIFIED] })],
    ["list of no client", (calls) => calls.listBookings({ clientId: "x" })],
    [
      "agenda that ends before it begins",
      (calls) => calls.listStaffBookings({ staffId: unknown, from: at(new Date(2e12)), to: at(new Date(1e12)) }),
    ],
    [
      "agenda of a hundred days",
      (calls) => calls.listStaffBookings({ staffId: unknown, from: at(new Date(2e12)), to: at(new Date(2e12 + 100 * 24 * hour)) }),
    ],
    ["agenda from beyond all years", (calls) => calls.listStaffBookings({ staffId: unknown, from: huge })],
    ["agenda to beyond all years", (calls) => calls.listStaffBookings({ staffId: unknown, to: huge })],
    ["cancel for a reason of 501 characters", (calls) => calls.cancelBooking({ bookingId: unknown, reason: "x".repeat(501) })],
    ["move to the past", (calls) => calls.rescheduleBooking({ bookingId: unknown, desiredStart: at(new Date(0)) })],
    ["move to nowhere", (calls) => calls.rescheduleBooking({ bookingId: unknown })],
    ["move to no stylist", (calls) => calls.rescheduleBooking({ bookingId: unknown, desiredStart: at(new Date(2e12)), staffId: "x" })],
    ["complete nothing", (calls) => calls.completeBooking({})],
    ["miss nothing", (calls) => calls.markNoShow({ bookingId: "x" })],
  ])("%s", async (_, call) => {
    expect((await outcome(call(await salon.admin()))).code).toBe("InvalidArgument");
  });

  test("a NUL in a reason", async () => {
    const answer = await outcome(mine().cancelBooking({ bookingId: await book(), reason: "a\0b" }));
    expect(answer.code).toBe("InvalidArgument");
  });

  test("an unknown stylist for a move", async () => {
    const bookingId = await booked();
    const answer = await outcome(mine().rescheduleBooking({ bookingId, desiredStart: at(salon.freshDay()), staffId: unknown }));
    expect(answer).toMatchObject({ reason: "staff_unknown", code: "InvalidArgument" });
  });

  test("an agenda at the end of time is empty", async () => {
    const from = { seconds: 253_402_300_799n, nanos: 0 };
    expect((await (await salon.admin()).listStaffBookings({ staffId: unknown, from })).bookings).toEqual([]);
  });
});
