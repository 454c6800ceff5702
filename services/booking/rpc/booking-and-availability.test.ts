import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, refusal, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { answer, hour, minute, outcome, tally } from "../testing/salon.ts";

let system: System;
let admin: Client<typeof StaffService>;
let serviceId: string;
let skillId: string;
let crowd: SignedIn[];

await beforeTests(
  async () => {
    const services = ["auth", "staff", "availability", "booking"];
    const serviceEnv = { staff: { BOOKABLE_DAYS_AHEAD: "30" } };
    system = await startSystem({
      dir: ".lacio/test/booking-and-availability",
      services,
      edge: false,
      stripe: false,
      fsync: false,
      serviceEnv,
    });
    admin = clientFor(StaffService, system, await adminToken(system));
    const mark = crypto.randomUUID().slice(0, 8);
    skillId = (await admin.createSkill({ name: `Keratina ${mark}` })).skill!.id;
    const phases = [
      { name: "Aplicar", minutes: 60, busy: true },
      { name: "Reposar", minutes: 60, busy: false },
      { name: "Terminar", minutes: 60, busy: true },
    ];
    const offer = { name: `Keratina ${mark}`, price: { currencyCode: "COP", minorUnits: 25_000_000n }, phases, skillIds: [skillId] };
    serviceId = (await admin.createService(offer)).service!.id;
    crowd = await Promise.all(Array.from({ length: 40 }, () => signUp(system)));
  },
  () => system?.stop(),
);

const bookings = (client: SignedIn) => clientFor(BookingService, system, client.accessToken);
// 9:00 in Bogotá, so many days from now.
const morning = (days: number) => new Date(Math.floor(Date.now() / (24 * hour) + days) * 24 * hour + 14 * hour);
const at = (time: Date, hours = 0) => timestampFromDate(new Date(time.getTime() + hours * hour));

const dayAhead = (days: number) => Temporal.Now.plainDateISO("America/Bogota").add({ days }).toString();
const freeOn = (staffId: string, date: string) => clientFor(AvailabilityService, system).getAvailability({ serviceId, staffId, date });

async function hire(validFrom = "") {
  const account = { email: `${crypto.randomUUID()}@example.com`, password: "una clave larga", name: "Sofía", skillIds: [skillId] };
  const { stylist } = await admin.createStylist(account);
  const shifts = Array.from({ length: 7 }, (_, day) => ({ weekday: day + 1, start: "09:00", end: "17:00", validFrom }));
  await admin.putSchedule({ staffId: stylist!.id, shifts });
  await until(async () => (await freeHours(stylist!.id, morning(3))).length > 0);
  return stylist!.id;
}
async function freeHours(staffId: string, day: Date) {
  const date = day.toISOString().slice(0, 10);
  const { slots } = await clientFor(AvailabilityService, system).getAvailability({ serviceId, staffId, date });
  return slots.map(({ start }) => (timestampDate(start!).getTime() - day.getTime()) / hour);
}

describe("booking with the real availability", () => {
  test("200 calls for one slot: one wins, the others are offered slots that can be booked", async () => {
    const [staffId, start] = [await hire(), morning(3)];
    const calls = Array.from({ length: 200 }, (_, index) =>
      answer(() => bookings(crowd[index % 40]!).createBooking({ serviceId, staffId, desiredStart: at(start) })),
    );
    const outcomes = await Promise.all(calls);
    expect(tally(outcomes)).toEqual({ ok: 1, slot_taken: 199 });
    const losers = outcomes.filter(({ reason }) => reason === "slot_taken");
    // Best effort: a refusal has no alternatives where availability did not answer in time, but that is never so for all.
    expect(new Set(losers.map(({ alternatives }) => alternatives.length)).difference(new Set([0, 3])).size).toBe(0);
    const [{ start: desiredStart, staffId: other } = {}] = losers.find(({ alternatives }) => alternatives.length === 3)!.alternatives;
    const second = await outcome(bookings(await signUp(system)).createBooking({ serviceId, staffId: other, desiredStart }));
    expect(second.reason).toBe("ok");
    expect(system.logs("postgres")).not.toContain("deadlock");
  });

  test("what a booking takes, and its pause leaves, can be seen; an ended hold gives it back", async () => {
    const [staffId, day] = [await hire(), morning(4)];
    const all = await freeHours(staffId, day);
    const { bookingId } = await bookings(crowd[0]!).createBooking({ serviceId, staffId, desiredStart: at(day, 2) });
    await until(async () => (await freeHours(staffId, day)).length < all.length);
    // Busy 11-12 and 13-14: a visit of the same kind fits into its pause.
    expect((await freeHours(staffId, day)).filter(Number.isInteger)).toEqual([1, 3, 5]);
    expect((await outcome(bookings(crowd[1]!).createBooking({ serviceId, staffId, desiredStart: at(day, 3) }))).reason).toBe("ok");
    await sql(system, "booking", "update booking set expires_at = now() - interval '1 second' where id = $1", [bookingId]);
    await until(async () => (await freeHours(staffId, day)).includes(2));
  });

  test("a move sees its own time as free, and lets others have it afterwards", async () => {
    const [staffId, day] = [await hire(), morning(5)];
    const mine = bookings(crowd[2]!);
    const { bookingId } = await mine.createBooking({ serviceId, staffId, desiredStart: at(day) });
    await until(async () => !(await freeHours(staffId, day)).includes(0));
    const { booking } = await mine.rescheduleBooking({ bookingId, desiredStart: at(day, 0.5) });
    expect(timestampDate(booking!.start!).getTime()).toBe(day.getTime() + hour / 2);
    await mine.rescheduleBooking({ bookingId, desiredStart: at(day, 4) });
    await until(async () => (await freeHours(staffId, day)).includes(0));
    expect((await outcome(bookings(crowd[3]!).createBooking({ serviceId, staffId, desiredStart: at(day) }))).reason).toBe("ok");
  });

  test("one question has one answer: her own time counts as free for her, where she could move to and where she can; nobody else sees it", async () => {
    const [staffId, day] = [await hire(), morning(8)];
    const mine = bookings(crowd[7]!);
    const { bookingId } = await mine.createBooking({ serviceId, staffId, desiredStart: at(day, 2) });
    await until(async () => !(await freeHours(staffId, day)).includes(2));
    const date = day.toISOString().slice(0, 10);
    const { slots } = await mine.getBookingSlots({ bookingId, date, staffId });
    const starts = slots.map(({ start }) => (timestampDate(start!).getTime() - day.getTime()) / hour);
    expect(starts).toEqual(expect.arrayContaining([1.5, 1.75, 2.25, 2.5, 4]));
    expect(starts).not.toContain(2); // where it is already
    expect((await outcome(bookings(crowd[8]!).getBookingSlots({ bookingId, date }))).reason).toBe("not_found");
    expect((await outcome(mine.getBookingSlots({ bookingId, date: "2020-01-01" }))).code).toBe("InvalidArgument");
    expect((await outcome(mine.rescheduleBooking({ bookingId, desiredStart: at(day, 2.5) }))).reason).toBe("ok");
  });

  test("what was sold is not looked up in today's catalogue: it moves as it was sold, also when its service is longer by now, or gone", async () => {
    const [staffId, day] = [await hire(), morning(9)];
    const mine = bookings(crowd[9]!);
    const offer = { name: `Corte ${crypto.randomUUID()}`, price: { currencyCode: "COP", minorUnits: 5_000_000n }, skillIds: [skillId] };
    const { service } = await admin.createService({ ...offer, phases: [{ name: "Cortar", minutes: 60, busy: true }] });
    const book = () => mine.createBooking({ serviceId: service!.id, staffId, desiredStart: at(day) });
    await until(async () => (await outcome(book())).reason === "ok");
    const [{ bookingId } = { bookingId: "" }] = (await mine.listBookings({ pageSize: 1 })).bookings;
    await admin.updateService({
      serviceId: service!.id,
      phases: [{ name: "Cortar", minutes: 120, busy: true }],
      active: false,
    });
    await until(async () => (await outcome(book())).reason === "service_unknown");
    const { slots } = await mine.getBookingSlots({ bookingId, date: day.toISOString().slice(0, 10), staffId });
    expect(timestampDate(slots.at(-1)!.start!)).toEqual(new Date(day.getTime() + 7 * hour)); // to the end of the shift
    const { booking } = await mine.rescheduleBooking({ bookingId, desiredStart: at(day, 7) });
    expect(timestampDate(booking!.end!).getTime() - timestampDate(booking!.start!).getTime()).toBe(hour);
  });

  test.each(["complete", "no-show"] as const)("what ends early frees the time everywhere: %s", async (how) => {
    const [staffId, day] = [await hire(), morning(7)];
    const all = await freeHours(staffId, day);
    const { bookingId } = await bookings(crowd[5]!).createBooking({ serviceId, staffId, desiredStart: at(day) });
    await until(async () => (await freeHours(staffId, day)).length < all.length);
    // Only booking's row is moved into the past: availability's projection keeps the future time, where its release can be seen.
    const begun = "status = 'CONFIRMED', hold_no = null, starts_at = now() - interval '5 minutes'";
    await sql(system, "booking", `update booking set ${begun} where id = $1`, [bookingId]);
    const desk = clientFor(BookingService, system, await adminToken(system));
    await (how === "complete" ? desk.completeBooking({ bookingId }) : desk.markNoShow({ bookingId }));
    await until(async () => (await freeHours(staffId, day)).length === all.length);
    expect((await outcome(bookings(crowd[6]!).createBooking({ serviceId, staffId, desiredStart: at(day) }))).reason).toBe("ok");
  });

  test("one setting, one place: the first value of the days ahead holds for what is offered and for what is booked and moved", async () => {
    const [staffId, last, after] = [await hire(), dayAhead(30), dayAhead(31)];
    const mine = bookings(crowd[10]!);
    const { slots } = await freeOn(staffId, last);
    const desiredStart = slots.at(-1)!.start;
    const { bookingId } = await mine.createBooking({ serviceId, staffId, desiredStart });
    await expect(freeOn(staffId, after)).rejects.toThrow("date: must be at most 30 days ahead");
    const tooFar = timestampFromDate(new Date(timestampDate(desiredStart!).getTime() + 24 * hour));
    const calls = [
      mine.createBooking({ serviceId, staffId, desiredStart: tooFar }),
      mine.rescheduleBooking({ bookingId, desiredStart: tooFar }),
    ];
    for (const call of calls) expect(await refusal(call)).toBe("InvalidArgument start_too_far desiredStart");
    expect(await refusal(mine.getBookingSlots({ bookingId, date: after }))).toBe("InvalidArgument invalid_argument date");
    const desk = clientFor(BookingService, system, await adminToken(system));
    const forClient = { serviceId, staffId, desiredStart: tooFar, clientId: crowd[10]!.id };
    expect(await refusal(desk.createBooking(forClient))).toBe("InvalidArgument start_too_far desiredStart");
  });

  test("one question has one answer: the first hour to which a booking can be moved is never where it is, and can be had", async () => {
    const [staffId, mine] = [await hire(dayAhead(1)), bookings(crowd[11]!)]; // from tomorrow: today's first hour may pass during the test
    const { firstFree } = await clientFor(AvailabilityService, system).getAvailability({
      serviceId,
      staffId,
      date: dayAhead(9),
      firstFree: true,
    });
    const { bookingId } = await mine.createBooking({ serviceId, staffId, desiredStart: firstFree!.start });
    const { firstFree: next } = await mine.getBookingSlots({ bookingId, staffId, date: dayAhead(9), firstFree: true });
    expect(timestampDate(next!.start!).getTime()).toBe(timestampDate(firstFree!.start!).getTime() + 15 * minute);
    expect((await outcome(mine.rescheduleBooking({ bookingId, desiredStart: next!.start }))).reason).toBe("ok");
  });

  test("why nobody can: outside the hours, no such service, no such stylist", async () => {
    const [staffId, day] = [await hire(), morning(6)];
    const ask = async (change: object) =>
      (await outcome(bookings(crowd[4]!).createBooking({ serviceId, staffId, desiredStart: at(day), ...change }))).reason;
    expect(await ask({ desiredStart: at(day, 12) })).toBe("not_working_then");
    expect(await ask({ serviceId: crypto.randomUUID() })).toBe("service_unknown");
    expect(await ask({ staffId: crypto.randomUUID() })).toBe("staff_unknown");
  });
});
