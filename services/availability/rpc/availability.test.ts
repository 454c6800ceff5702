import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fact } from "@lacio/chassis/fact";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import {
  BookingCancelledSchema,
  BookingCreatedSchema,
  BookingExpiredSchema,
  BookingPaidSchema,
  BookingRescheduledSchema,
} from "@lacio/proto/booking/v1/events";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { startPublisher } from "../../../dev/publisher.ts";
import { startSystem, type System } from "../../../dev/system.ts";
import { adminToken, asService, clientFor, refusal, sql, until } from "../../../dev/testing.ts";

let system: System;
let booking: Awaited<ReturnType<typeof startPublisher>>;
let staff: Client<typeof StaffService>;
let anyone: Client<typeof AvailabilityService>;
let asBooking: Client<typeof AvailabilityService>;
let serviceId: string;
let skillId: string;
let ana: string;
let bea: string;

const zone = "America/Bogota";
const today = Temporal.Now.plainDateISO(zone);
const day = today.add({ days: 3 }).toString();
const at = (time: string, date = day) =>
  timestampFromDate(new Date(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds));
const everyDay = (start: string, end: string) => [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start, end }));

async function hire(name: string): Promise<string> {
  const { stylist } = await staff.createStylist({
    name,
    email: `${crypto.randomUUID()}@lacio.test`,
    password: "una clave larga",
    skillIds: [skillId],
  });
  return stylist!.id;
}

/** "HH:MM name" of the free starts, in the order of the answer. */
async function free(request: { date?: string; toDate?: string; staffId?: string; skillId?: string } = {}): Promise<string[]> {
  const { slots } = await anyone.getAvailability({ serviceId, date: day, ...request });
  return slots.map(
    ({ start, staffName }) =>
      `${Temporal.Instant.fromEpochMilliseconds(Number(start!.seconds) * 1000)
        .toZonedDateTimeISO(zone)
        .toPlainTime()
        .toString()
        .slice(0, 5)} ${staffName}`,
  );
}

beforeAll(async () => {
  system = await startSystem({ services: ["auth", "staff", "availability"], edge: false, stripe: false, fsync: false });
  booking = await startPublisher(system.urls.nats!);
  staff = clientFor(StaffService, system, await adminToken(system));
  anyone = clientFor(AvailabilityService, system);
  asBooking = clientFor(AvailabilityService, system, asService("booking", system));
  skillId = (await staff.createSkill({ name: "Keratina" })).skill!.id;
  const phases = [
    { name: "Aplicación", minutes: 60, busy: true },
    { name: "Exposición", minutes: 30, busy: false },
    { name: "Sellado", minutes: 30, busy: true },
  ];
  const price = { currencyCode: "COP", minorUnits: 28_000_000n };
  serviceId = (await staff.createService({ name: "Keratina", price, phases, bufferMinutes: 15, skillIds: [skillId] })).service!.id;
  ana = await hire("Ana");
  bea = await hire("Bea");
  await staff.putSchedule({ staffId: ana, shifts: everyDay("09:00", "12:00") });
  await staff.putSchedule({ staffId: bea, shifts: everyDay("10:00", "12:30") });
  await until(async () => (await free()).some((slot) => slot.endsWith("Ana")) && (await free()).some((slot) => slot.endsWith("Bea")));
});

afterAll(async () => {
  await booking?.stop();
  await system?.stop();
});

describe("free slots", () => {
  // 60 busy + 30 free + 30 busy + 15 buffer: 135 minutes, all busy parts within the shift.
  test("fit the shift with phases and buffer, for everybody who can", async () => {
    expect((await free()).sort()).toEqual(["09:00 Ana", "09:15 Ana", "09:30 Ana", "09:45 Ana", "10:00 Bea", "10:15 Bea"]);
    expect(await free({ staffId: bea })).toEqual(["10:00 Bea", "10:15 Bea"]);
    expect(await free({ skillId: crypto.randomUUID() })).toEqual([]);
  });

  test("end with the visit, not with the buffer", async () => {
    const { slots } = await anyone.getAvailability({ serviceId, date: day, staffId: ana });
    expect(slots[0]).toMatchObject({ start: at("09:00"), end: at("11:00"), staffId: ana, staffName: "Ana" });
  });

  test("cover several days", async () => {
    expect(await free({ toDate: today.add({ days: 4 }).toString() })).toHaveLength(12);
  });

  test.each<[string, Partial<Parameters<typeof free>[0] & { serviceId: string }>, string]>([
    ["a day that does not exist", { date: "2026-02-30" }, "InvalidArgument invalid_argument date"],
    ["a day that is over", { date: today.subtract({ days: 2 }).toString() }, "InvalidArgument invalid_argument date"],
    ["the last day before the first", { toDate: today.toString() }, "InvalidArgument invalid_argument toDate"],
    ["more than 31 days", { toDate: today.add({ days: 40 }).toString() }, "InvalidArgument invalid_argument toDate"],
    ["a year too far", { date: today.add({ years: 2 }).toString() }, "InvalidArgument invalid_argument date"],
    ["a service nobody sells", { serviceId: crypto.randomUUID() }, "InvalidArgument service_unknown serviceId"],
    ["a stylist nobody knows", { staffId: crypto.randomUUID() }, "InvalidArgument staff_unknown staffId"],
  ])("are refused for %s", async (_, request, expected) => {
    expect(await refusal(anyone.getAvailability({ serviceId, date: day, ...request }))).toBe(expected);
  });
});

describe("what staff changes", () => {
  test("time off closes the day and opens it again", async () => {
    const { timeOff } = await staff.addTimeOff({ staffId: ana, start: at("08:00"), end: at("13:00"), reason: "Cita médica" });
    await until(async () => !(await free()).some((slot) => slot.endsWith("Ana")));
    expect(await asBooking.findCandidates({ serviceId, start: at("09:00"), staffId: ana })).toMatchObject({
      candidates: [],
      reason: "not_working_then",
    });
    await staff.removeTimeOff({ staffId: ana, timeOffId: timeOff!.id });
    await until(async () => (await free()).some((slot) => slot.endsWith("Ana")));
  });

  test("a stylist without the skill, or gone, is not offered", async () => {
    await staff.updateStylist({ staffId: bea, skillIds: { ids: [] } });
    await until(async () => (await free({ staffId: bea })).length === 0);
    expect(await asBooking.findCandidates({ serviceId, start: at("10:00"), staffId: bea })).toMatchObject({
      candidates: [],
      reason: "skill_missing",
    });
    await staff.updateStylist({ staffId: bea, skillIds: { ids: [skillId] }, active: false });
    await until(async () => (await refusal(anyone.getAvailability({ serviceId, date: day, staffId: bea }))).includes("staff_unknown"));
    await staff.updateStylist({ staffId: bea, active: true });
    await until(async () => (await free({ staffId: bea })).length > 0);
  });
});

describe("what booking says", () => {
  const busy = (...parts: [string, string][]) => parts.map(([start, end]) => ({ staffId: ana, start: at(start), end: at(end) }));
  const busyRows = (bookingId: string) => sql(system, "availability", "select 1 from busy where booking_id = $1", [bookingId]);
  const handled = (id: string) =>
    until(async () => (await sql(system, "availability", "select 1 from inbox where event_id = $1", [id])).length > 0);

  test("a booking takes its busy parts; its free phase can be sold; the end gives all back", async () => {
    const bookingId = crypto.randomUUID();
    await booking.publish(
      fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: busy(["09:00", "10:00"], ["10:30", "11:15"]) }),
    );
    await until(async () => (await free({ staffId: ana })).length === 0);
    expect(await asBooking.findCandidates({ serviceId, start: at("09:00"), staffId: ana })).toMatchObject({ reason: "slot_taken" });
    expect(await asBooking.findCandidates({ serviceId, start: at("09:15"), staffId: ana, ignoreBookingId: bookingId })).toMatchObject({
      candidates: [{ staffId: ana }],
      reason: "",
    });
    await booking.publish(fact(BookingExpiredSchema, bookingId, { bookingId, revision: 2n }));
    await until(async () => (await free({ staffId: ana })).length === 4);
  });

  test("an older fact that comes late does not take the time again; the same one twice does nothing", async () => {
    const bookingId = crypto.randomUUID();
    await handled(await booking.publish(fact(BookingCancelledSchema, bookingId, { bookingId, revision: 2n })));
    const created = fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: busy(["09:00", "10:00"]) });
    const id = await booking.publish(created);
    await handled(id);
    await booking.publish(created, id);
    const last = crypto.randomUUID();
    await handled(await booking.publish(fact(BookingExpiredSchema, last, { bookingId: last, revision: 1n })));
    expect(await busyRows(bookingId)).toEqual([]);
  });

  test("a move frees the old time and takes the new; a payment in time changes nothing, one that claims again does", async () => {
    const bookingId = crypto.randomUUID();
    await handled(
      await booking.publish(
        fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: busy(["09:00", "10:00"], ["10:30", "11:15"]) }),
      ),
    );
    await booking.publish(fact(BookingPaidSchema, bookingId, { bookingId, revision: 2n }));
    expect(await busyRows(bookingId)).toHaveLength(2);
    await handled(
      await booking.publish(fact(BookingRescheduledSchema, bookingId, { bookingId, revision: 3n, busy: busy(["11:00", "11:30"]) })),
    );
    expect(await busyRows(bookingId)).toHaveLength(1);
    await handled(await booking.publish(fact(BookingExpiredSchema, bookingId, { bookingId, revision: 4n })));
    await handled(await booking.publish(fact(BookingPaidSchema, bookingId, { bookingId, revision: 5n, busy: busy(["11:00", "11:30"]) })));
    expect(await busyRows(bookingId)).toHaveLength(1);
    await handled(await booking.publish(fact(BookingCancelledSchema, bookingId, { bookingId, revision: 6n })));
    expect(await busyRows(bookingId)).toEqual([]);
  });
});

describe("for booking", () => {
  test("candidates come with the terms", async () => {
    const { terms, candidates } = await asBooking.findCandidates({ serviceId, start: at("10:00") });
    expect(terms).toMatchObject({
      serviceId,
      serviceName: "Keratina",
      price: { minorUnits: 28_000_000n },
      ivaPercent: 19,
      bufferMinutes: 15,
    });
    expect(terms!.phases.map(({ minutes, busy }) => [minutes, busy])).toEqual([
      [60, true],
      [30, false],
      [30, true],
    ]);
    expect(candidates.map(({ staffName }) => staffName)).toEqual(["Bea"]);
    expect(await asBooking.findCandidates({ serviceId: crypto.randomUUID(), start: at("10:00") })).toMatchObject({
      reason: "service_unknown",
    });
    expect(await asBooking.findCandidates({ serviceId, start: at("03:00") })).toMatchObject({ reason: "not_working_then" });
  });

  test("alternatives are the nearest free starts, the wished stylist's first", async () => {
    const { slots } = await asBooking.findAlternatives({ serviceId, start: at("10:00"), staffId: bea, limit: 3 });
    expect(slots.map(({ start, staffName }) => [start, staffName])).toEqual([
      [at("10:15"), "Bea"],
      [at("09:45"), "Ana"],
      [at("09:30"), "Ana"],
    ]);
  });
});
