import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { fact, type Fact } from "@lacio/chassis/fact";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import {
  BookingCancelledSchema,
  BookingCreatedSchema,
  BookingExpiredSchema,
  BookingLostStylistSchema,
  BookingPaidSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
  SubstituteHeldSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import {
  ScheduleChangedSchema,
  ServiceChangedSchema,
  SettingsChangedSchema,
  StylistChangedSchema,
  TimeOffChangedSchema,
} from "@lacio/proto/staff/v1/events";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { usualSettings } from "@lacio/salon/settings";
import { startPublisher } from "@lacio/testkit/publisher";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { makeDue, adminToken, asService, clientFor, refusal, sql, until } from "@lacio/testkit/testing";

let system: System;
let owners: Awaited<ReturnType<typeof startPublisher>>;
let staff: Client<typeof StaffService>;
let anyone: Client<typeof AvailabilityService>;
let asBooking: Client<typeof AvailabilityService>;
let serviceId: string;
let skillId: string;
let ana: string;
let bea: string;

// A zone with DST, in which it is not yet 23:00: midnight must not pass while these tests run.
const zone = ["Europe/Madrid", "America/Santiago"].find((zone) => Temporal.Now.plainTimeISO(zone).hour < 23)!;
const today = Temporal.Now.plainDateISO(zone);
const day = today.add({ days: 3 }).toString();
const at = (time: string, date = day) =>
  timestampFromDate(new Date(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds));
const ahead = (days: number) => today.add({ days }).toString();
const everyDay = (start: string, end: string) => [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start, end }));
const cop = (minorUnits: bigint) => ({ currencyCode: "COP", minorUnits });
const handled = (id: string) =>
  until(async () => (await sql(system, "availability", "select 1 from inbox where event_id = $1", [id])).length > 0);

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

await beforeTests(
  async () => {
    system = await startSystem({
      services: ["auth", "staff", "availability"],
      edge: false,
      stripe: false,
      fsync: false,
      env: { SALON_TIME_ZONE: zone },
    });
    owners = await startPublisher(system.urls.nats!);
    staff = clientFor(StaffService, system, await adminToken(system));
    anyone = clientFor(AvailabilityService, system);
    asBooking = clientFor(AvailabilityService, system, asService("booking", system));
    skillId = (await staff.createSkill({ name: "Keratina" })).skill!.id;
    const phases = [
      { name: "Aplicación", minutes: 60, busy: true },
      { name: "Exposición", minutes: 30, busy: false },
      { name: "Sellado", minutes: 30, busy: true },
    ];
    serviceId = (
      await staff.createService({
        name: "Keratina",
        nameEn: "Keratin",
        price: cop(28_000_000n),
        phases,
        bufferMinutes: 15,
        skillIds: [skillId],
      })
    ).service!.id;
    ana = await hire("Ana");
    bea = await hire("Bea");
    await staff.putSchedule({ staffId: ana, shifts: everyDay("09:00", "12:00") });
    await staff.putSchedule({ staffId: bea, shifts: everyDay("10:00", "12:30") });
    await until(async () => (await free()).some((slot) => slot.endsWith("Ana")) && (await free()).some((slot) => slot.endsWith("Bea")));
  },
  async () => {
    await owners?.stop();
    await system?.stop();
  },
);

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

  test("cover several days, up to 31", async () => {
    expect(await free({ toDate: ahead(4) })).toHaveLength(12);
    expect(await free({ toDate: ahead(33), staffId: ana })).toHaveLength(31 * 4);
  });

  test("can be asked for from yesterday, where it may still be today, to a year from today", async () => {
    expect(await free({ date: ahead(-1), staffId: ana })).toEqual([]);
    expect(await free({ date: ahead(365), staffId: ana })).toHaveLength(4);
  });

  test("keep their wall time on the day on which the clock changes and on the next", async () => {
    const change = Temporal.Now.zonedDateTimeISO(zone).add({ days: 1 }).getTimeZoneTransition("next")!.toPlainDate();
    const four = ["09:00 Ana", "09:15 Ana", "09:30 Ana", "09:45 Ana"];
    expect(await free({ date: change.toString(), toDate: change.add({ days: 1 }).toString(), staffId: ana })).toEqual([...four, ...four]);
  });

  test.each<[string, Partial<Parameters<typeof free>[0] & { serviceId: string }>, string]>([
    ["a day that does not exist", { date: "2026-02-30" }, "InvalidArgument invalid_argument date"],
    ["a day that is over", { date: ahead(-2) }, "InvalidArgument invalid_argument date"],
    ["the last day before the first", { toDate: today.toString() }, "InvalidArgument invalid_argument toDate"],
    ["more than 31 days", { toDate: ahead(34) }, "InvalidArgument invalid_argument toDate"],
    ["a day more than a year ahead", { date: ahead(366) }, "InvalidArgument invalid_argument date"],
    ["a service nobody sells", { serviceId: crypto.randomUUID() }, "InvalidArgument service_unknown serviceId"],
    ["a stylist nobody knows", { staffId: crypto.randomUUID() }, "InvalidArgument staff_unknown staffId"],
  ])("are refused for %s", async (_, request, expected) => {
    expect(await refusal(anyone.getAvailability({ serviceId, date: day, ...request }))).toBe(expected);
  });
});

describe("what staff changes", () => {
  const offered = (id: string, staffId = "") => asBooking.findCandidates({ serviceId: id, start: at("09:00"), staffId });

  test("time off closes its time and opens it again, the second of a day as the first; one that was removed does not come back", async () => {
    const take = async (start: string, end: string) =>
      (await staff.addTimeOff({ staffId: ana, start: at(start), end: at(end), reason: "Cita médica" })).timeOff!;
    const [first, second] = [await take("08:00", "09:10"), await take("11:50", "13:00")];
    await until(async () => (await free({ staffId: ana })).join() === "09:15 Ana,09:30 Ana");
    expect(await offered(serviceId, ana)).toMatchObject({ candidates: [], reason: "not_working_then" });
    await staff.removeTimeOff({ staffId: ana, timeOffId: second.id });
    await until(async () => (await free({ staffId: ana })).length === 3);
    await staff.removeTimeOff({ staffId: ana, timeOffId: first.id });
    await until(async () => (await free({ staffId: ana })).length === 4);
    const late = { timeOffId: first.id, staffId: ana, start: first.start, end: first.end, removed: false };
    await handled(await owners.publish(fact(TimeOffChangedSchema, ana, late)));
    expect(await free({ staffId: ana })).toHaveLength(4);
  });

  test("an absence closes its time as time off does, over time off, too, and opens it when it is withdrawn", async () => {
    const off = (await staff.addTimeOff({ staffId: ana, start: at("08:00"), end: at("09:10") })).timeOff!;
    const { absence } = await staff.reportAbsence({ staffId: ana, from: at("00:00"), reason: "Gripa" });
    await until(async () => (await free({ staffId: ana })).length === 0);
    expect(await free({ staffId: ana, date: ahead(4) })).toHaveLength(4);
    await staff.withdrawAbsence({ staffId: ana, absenceId: absence!.id });
    await until(async () => (await free({ staffId: ana })).join() === "09:15 Ana,09:30 Ana,09:45 Ana");
    await staff.removeTimeOff({ staffId: ana, timeOffId: off.id });
    await until(async () => (await free({ staffId: ana })).length === 4);
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

  test("a stylist has the name of today; a stale revision changes nothing", async () => {
    await staff.updateStylist({ staffId: bea, name: "Beatriz" });
    await until(async () => (await free({ staffId: bea })).includes("10:00 Beatriz"));
    await handled(await owners.publish(fact(StylistChangedSchema, bea, { staffId: bea, active: false, skillIds: [], revision: 1n })));
    expect(await free({ staffId: bea })).toHaveLength(2);
    await staff.updateStylist({ staffId: bea, name: "Bea" });
    await until(async () => (await free({ staffId: bea })).includes("10:00 Bea"));
  });

  test("hours of every second week, from a first to a last day, take the place of the old ones, which do not come back", async () => {
    const dates = async () => {
      const { slots } = await anyone.getAvailability({ serviceId, staffId: bea, date: day, toDate: ahead(33) });
      const local = slots.map(({ start }) =>
        Temporal.Instant.fromEpochMilliseconds(Number(start!.seconds) * 1000).toZonedDateTimeISO(zone),
      );
      return [...new Set(local.map((start) => start.toPlainDate().toString()))];
    };
    const weekday = Temporal.PlainDate.from(day).dayOfWeek;
    const shift = { weekday, start: "10:00", end: "12:30", everyWeeks: 2, validFrom: ahead(3), validUntil: ahead(30) };
    await staff.putSchedule({ staffId: bea, shifts: [shift] });
    await until(async () => (await dates()).length < 31);
    expect(await dates()).toEqual([ahead(3), ahead(17)]);
    const old = { staffId: bea, shifts: everyDay("10:00", "12:30"), revision: 1n };
    await handled(await owners.publish(fact(ScheduleChangedSchema, bea, old)));
    expect(await dates()).toHaveLength(2);
    await staff.putSchedule({ staffId: bea, shifts: everyDay("10:00", "12:30") });
    await until(async () => (await dates()).length === 31);
  });

  test("a service is sold as it is today, by who has all its skills, and no more once it is archived", async () => {
    const phases = [{ name: "Corte", minutes: 60, busy: true }];
    const { service } = await staff.createService({ name: "Corte", price: cop(5_000_000n), phases, skillIds: [skillId] });
    const id = service!.id;
    await until(async () => (await offered(id)).candidates.length === 1);

    const second = (await staff.createSkill({ name: "Tijera" })).skill!.id;
    const change = {
      name: "Corte y secado",
      price: cop(6_000_000n),
      ivaPercent: 5,
      phases: [
        { name: "Corte", minutes: 40, busy: true },
        { name: "Secado", minutes: 20, busy: false },
      ],
      bufferMinutes: 10,
    };
    const now = (await staff.updateService({ serviceId: id, ...change, skillIds: { ids: [skillId, second] } })).service!;
    await until(async () => (await offered(id)).reason === "skill_missing");
    expect((await offered(id, ana)).reason).toBe("skill_missing");
    await staff.updateStylist({ staffId: ana, skillIds: { ids: [skillId, second] } });
    const { name: serviceName, ...terms } = change;
    await until(async () => (await offered(id)).candidates.length === 1);
    expect((await offered(id, ana)).terms).toMatchObject({ serviceName, ...terms });

    const late = async (revision: bigint, what = service!) =>
      handled(await owners.publish(fact(ServiceChangedSchema, id, { service: what, revision })));
    await late(1n);
    expect((await offered(id)).terms).toMatchObject({ serviceName, ...terms });
    await staff.updateService({ serviceId: id, active: false });
    await until(async () => (await offered(id)).reason === "service_unknown");
    await late(2n, now);
    expect((await offered(id)).reason).toBe("service_unknown");
    expect(await refusal(anyone.getAvailability({ serviceId: id, date: day }))).toBe("InvalidArgument service_unknown serviceId");
    await staff.updateStylist({ staffId: ana, skillIds: { ids: [skillId] } });
  });
});

describe("what booking says", () => {
  const busy = (...parts: [string, string][]) => parts.map(([start, end]) => ({ staffId: ana, start: at(start), end: at(end) }));
  const busyRows = (bookingId: string) =>
    sql<{ start_minute: number }>(system, "availability", "select start_minute from busy where booking_id = $1 order by 1", [bookingId]);

  test("a booking takes its busy parts; its free phase can be booked; its end frees all", async () => {
    const bookingId = crypto.randomUUID();
    await owners.publish(
      fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: busy(["09:00", "10:00"], ["10:30", "11:15"]) }),
    );
    await until(async () => (await free({ staffId: ana })).length === 0);
    expect(await asBooking.findCandidates({ serviceId, start: at("09:00"), staffId: ana })).toMatchObject({ reason: "slot_taken" });
    expect(await asBooking.findCandidates({ serviceId, start: at("09:15"), staffId: ana, ignoreBookingId: bookingId })).toMatchObject({
      candidates: [{ staffId: ana }],
      reason: "",
    });
    await owners.publish(fact(BookingExpiredSchema, bookingId, { bookingId, revision: 2n }));
    await until(async () => (await free({ staffId: ana })).length === 4);
  });

  test("a stale revision does not take the time again; a redelivery does nothing", async () => {
    const bookingId = crypto.randomUUID();
    await handled(await owners.publish(fact(BookingCancelledSchema, bookingId, { bookingId, revision: 2n })));
    const created = fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: busy(["09:00", "10:00"]) });
    const id = await owners.publish(created);
    await handled(id);
    await owners.publish(created, id);
    const last = crypto.randomUUID();
    await handled(await owners.publish(fact(BookingExpiredSchema, last, { bookingId: last, revision: 1n })));
    expect(await busyRows(bookingId)).toEqual([]);
  });

  test("a move frees the old time and takes the new, and so does the next; a payment in time changes nothing, one that claims again does", async () => {
    const bookingId = crypto.randomUUID();
    const publishBooking = async (
      schema: typeof BookingCreatedSchema | typeof BookingRescheduledSchema | typeof BookingPaidSchema,
      revision: bigint,
      ...parts: [string, string][]
    ) => handled(await owners.publish(fact(schema, bookingId, { bookingId, revision, busy: busy(...parts) })));
    const rows = async () => (await busyRows(bookingId)).map(({ start_minute }) => start_minute);
    const minutes = (...times: string[]) => times.map((time) => Number(at(time).seconds) / 60);

    await publishBooking(BookingCreatedSchema, 1n, ["09:00", "10:00"], ["10:30", "11:15"]);
    await owners.publish(fact(BookingPaidSchema, bookingId, { bookingId, revision: 2n }));
    expect(await rows()).toEqual(minutes("09:00", "10:30"));
    await publishBooking(BookingRescheduledSchema, 3n, ["11:00", "11:30"]);
    expect(await rows()).toEqual(minutes("11:00"));
    await publishBooking(BookingRescheduledSchema, 4n, ["09:30", "10:00"], ["10:30", "11:00"]);
    expect(await rows()).toEqual(minutes("09:30", "10:30"));
    await handled(await owners.publish(fact(BookingExpiredSchema, bookingId, { bookingId, revision: 5n })));
    expect(await rows()).toEqual([]);
    await publishBooking(BookingPaidSchema, 6n, ["11:00", "11:30"]);
    expect(await rows()).toEqual(minutes("11:00"));
    await handled(await owners.publish(fact(BookingCancelledSchema, bookingId, { bookingId, revision: 7n })));
    expect(await rows()).toEqual([]);
  });

  describe("of a visit that lost its stylist", () => {
    const busyOf = (staffId: string) => [{ staffId, start: at("10:00"), end: at("11:00") }];
    const holders = async (bookingId: string) =>
      (await sql<{ staff_id: string }>(system, "availability", "select staff_id from busy where booking_id = $1", [bookingId])).map(
        ({ staff_id }) => staff_id,
      );
    type Told = (bookingId: string) => Fact;
    const created: Told = (bookingId) => fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: busyOf(ana) });
    const lost: Told = (bookingId) => fact(BookingLostStylistSchema, bookingId, { bookingId, revision: 2n });
    const held: Told = (bookingId) => fact(SubstituteHeldSchema, bookingId, { bookingId, revision: 3n, busy: busyOf(bea) });
    const released: Told = (bookingId) => fact(SubstituteReleasedSchema, bookingId, { bookingId, revision: 4n });
    const reassigned: Told = (bookingId) => fact(BookingReassignedSchema, bookingId, { bookingId, revision: 5n, busy: busyOf(bea) });
    const returned: Told = (bookingId) => fact(StylistReturnedSchema, bookingId, { bookingId, revision: 6n, busy: busyOf(ana) });

    test("the time of both stylists follows: free, held for the substitute, free, the substitute's, the stylist's again", async () => {
      const bookingId = crypto.randomUUID();
      const steps: [Told, string[]][] = [
        [created, [ana]],
        [lost, []],
        [held, [bea]],
        [released, []],
        [reassigned, [bea]],
        [returned, [ana]],
      ];
      for (const [told, expected] of steps) {
        await handled(await owners.publish(told(bookingId)));
        expect(await holders(bookingId)).toEqual(expected);
      }
      await handled(await owners.publish(fact(BookingCancelledSchema, bookingId, { bookingId, revision: 7n })));
      expect(await holders(bookingId)).toEqual([]);
    });

    test("the substitute who is held can't take another visit, and is free for this one", async () => {
      const bookingId = crypto.randomUUID();
      const busy = [{ staffId: bea, start: at("10:00"), end: at("12:15") }];
      await handled(await owners.publish(fact(SubstituteHeldSchema, bookingId, { bookingId, revision: 3n, busy })));
      const asked = { serviceId, start: at("10:00"), staffId: bea };
      expect(await asBooking.findCandidates(asked)).toMatchObject({ candidates: [], reason: "slot_taken" });
      const { candidates } = await asBooking.findCandidates({ ...asked, ignoreBookingId: bookingId });
      expect(candidates.map(({ staffId }) => staffId)).toEqual([bea]);
      await handled(await owners.publish(released(bookingId)));
      expect((await asBooking.findCandidates(asked)).candidates).toHaveLength(1);
    });

    test.each<[string, Told[], string[]]>([
      ["lost after the substitute was held", [created, held, lost], [bea]],
      ["the hold after it was released", [created, released, lost, held], []],
      ["the release after the next stylist took over", [created, reassigned, released, held, lost], [bea]],
      ["everything backwards", [returned, reassigned, released, held, lost, created], [ana]],
    ])("what comes late changes nothing: %s; a redelivery neither", async (_, facts, expected) => {
      const bookingId = crypto.randomUUID();
      for (const told of facts) await handled(await owners.publish(told(bookingId)));
      for (const told of facts) await handled(await owners.publish(told(bookingId)));
      expect(await holders(bookingId)).toEqual(expected);
      await handled(await owners.publish(fact(BookingCancelledSchema, bookingId, { bookingId, revision: 9n })));
    });
  });
});

describe("for booking and reassignment", () => {
  test("candidates come with the terms", async () => {
    const { terms, candidates } = await asBooking.findCandidates({ serviceId, start: at("10:00") });
    expect(terms).toMatchObject({
      serviceId,
      serviceName: "Keratina",
      serviceNameEn: "Keratin",
      price: { minorUnits: 28_000_000n },
      ivaPercent: 19,
      bufferMinutes: 15,
    });
    expect(terms!.phases.map(({ minutes, busy }) => [minutes, busy])).toEqual([
      [60, true],
      [30, false],
      [30, true],
    ]);
    expect(candidates).toMatchObject([{ staffId: bea, staffName: "Bea", price: cop(28_000_000n) }]);
    expect(await asBooking.findCandidates({ serviceId: crypto.randomUUID(), start: at("10:00") })).toMatchObject({
      reason: "service_unknown",
    });
    expect(await asBooking.findCandidates({ serviceId, start: at("03:00") })).toMatchObject({ reason: "not_working_then" });
  });

  test("a candidate takes today's price, also for a visit that was sold at another and in another layout", async () => {
    const phases = [{ name: "Corte", minutes: 60, busy: true }];
    const { service } = await staff.createService({ name: "Cepillado", price: cop(5_000_000n), phases, skillIds: [skillId] });
    const asReassignment = clientFor(AvailabilityService, system, asService("reassignment", system));
    const soldAs = { phases: [{ name: "Corte", minutes: 30, busy: true }] };
    const ask = () => asReassignment.findCandidates({ serviceId: service!.id, start: at("11:30"), staffId: ana, soldAs });
    await until(async () => (await ask()).candidates.length === 1);
    expect((await ask()).candidates[0]!.price).toMatchObject(cop(5_000_000n));
    await staff.updateService({ serviceId: service!.id, price: cop(6_500_000n), active: false });
    await until(async () => (await ask()).candidates[0]!.price!.minorUnits === 6_500_000n);
    const { slots } = await asReassignment.findAlternatives({ serviceId, start: at("10:00"), staffId: bea, limit: 1, desk: true });
    expect(slots).toHaveLength(1);
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

describe("one setting, one place", () => {
  const set = async (settings: object) => {
    const { revision: expectedRevision } = await staff.getSettings({});
    const { revision } = await staff.updateSettings({ settings, expectedRevision });
    await until(async () => (await sql(system, "availability", "select 1 from settings where revision = $1", [revision])).length > 0);
    return revision;
  };
  const alternatives = async (desk: boolean) =>
    (await asBooking.findAlternatives({ serviceId, start: at("10:00"), limit: 1, desk })).slots.map(({ start }) => start);
  afterEach(() => set(usualSettings));

  test("the grid is what staff says; neither a stale revision nor a redelivery brings the old one back", async () => {
    const revision = await set({ gridMinutes: 60 });
    expect(await free()).toEqual(["09:00 Ana", "10:00 Bea"]);
    const late = fact(SettingsChangedSchema, "settings", { settings: usualSettings, revision: revision - 1n });
    const id = await owners.publish(late);
    await handled(id);
    await owners.publish(late, id);
    await handled(await owners.publish(fact(SettingsChangedSchema, "settings", { settings: usualSettings, revision })));
    expect(await free()).toEqual(["09:00 Ana", "10:00 Bea"]);
  });

  test("nobody is offered a day after the last one that can be booked", async () => {
    await set({ bookableDaysAhead: 3 });
    expect(await free()).toHaveLength(6);
    expect(await refusal(anyone.getAvailability({ serviceId, date: ahead(4) }))).toBe("InvalidArgument invalid_argument date");
    expect(await refusal(anyone.getAvailability({ serviceId, date: day, toDate: ahead(4) }))).toBe(
      "InvalidArgument invalid_argument toDate",
    );
    expect(await refusal(anyone.getAvailability({ serviceId, date: "9998-12-31" }))).toBe("InvalidArgument invalid_argument date");
    const last = await asBooking.findAlternatives({ serviceId, start: at("10:00", ahead(4)), limit: 50 });
    expect(last.slots.filter(({ start }) => start!.seconds > at("23:59").seconds)).toEqual([]);
    expect(last.slots.length).toBeGreaterThan(0);
  });

  test("a client is offered nothing within the lead time, the desk is", async () => {
    await set({ bookableFromMinutes: 4 * 1440 });
    expect(await free()).toEqual([]);
    expect(await alternatives(false)).not.toEqual([at("10:00")]);
    const desk = clientFor(AvailabilityService, system, await adminToken(system));
    expect((await desk.getAvailability({ serviceId, date: day })).slots).toHaveLength(6);
    expect(await alternatives(true)).toEqual([at("10:00")]);
  });
});

describe("one question has one answer: the first free start", () => {
  const first = async (request: { date?: string; toDate?: string; staffId?: string } = {}) => {
    const { firstFree } = await anyone.getAvailability({ serviceId, date: day, firstFree: true, ...request });
    return firstFree && [firstFree.staffName, firstFree.start];
  };
  const close = async (staffId: string, from: string, until: string) =>
    (await staff.addTimeOff({ staffId, start: at("00:00", from), end: at("00:00", until), reason: "Vacaciones" })).timeOff!.id;

  test("is answered on request, and is the earliest of all, whatever days are asked for", async () => {
    const closed = [await close(ana, ahead(0), ahead(50)), await close(bea, ahead(0), ahead(40))];
    await until(async () => (await free({ date: ahead(30), toDate: ahead(49) })).length === 2 * 10);
    const bea40 = ["Bea", at("10:00", ahead(40))];
    for (const asked of [
      { date: ahead(0) },
      { date: ahead(0), toDate: ahead(13) },
      { date: ahead(60) },
      { date: ahead(39), toDate: ahead(41) },
    ])
      expect(await first(asked)).toEqual(bea40);
    expect(await first({ staffId: ana })).toEqual(["Ana", at("09:00", ahead(50))]);
    expect((await anyone.getAvailability({ serviceId, date: ahead(40) })).firstFree).toBeUndefined();
    for (const [i, timeOffId] of closed.entries()) await staff.removeTimeOff({ staffId: i ? bea : ana, timeOffId });
    await until(async () => (await free()).length === 6);
  });

  test("is none when nothing can be booked, and no move is where the booking is", async () => {
    const id = await close(ana, ahead(0), ahead(366));
    await until(async () => (await free({ staffId: ana })).length === 0);
    expect(await first({ staffId: ana })).toBeUndefined();
    await staff.removeTimeOff({ staffId: ana, timeOffId: id });
    await until(async () => (await free({ staffId: ana })).length === 4);

    const away = await close(ana, ahead(0), day);
    await until(async () => (await free({ date: ahead(1), staffId: ana })).length === 0);
    const soldAs = { phases: [{ name: "Corte", minutes: 60, busy: true }] };
    const booked = { start: at("09:00"), staffId: ana };
    const ask = { bookingId: crypto.randomUUID(), serviceId, soldAs, staffId: ana, date: day, firstFree: true };
    expect((await asBooking.findMoves(ask)).firstFree!.start).toEqual(at("09:00"));
    const { slots, firstFree } = await asBooking.findMoves({ ...ask, booked });
    expect([slots[0]!.start, firstFree!.start]).toEqual([at("09:15"), at("09:15")]);
    await staff.removeTimeOff({ staffId: ana, timeOffId: away });
    await until(async () => (await free({ date: ahead(1), staffId: ana })).length === 4);
  });
});

test("what ended a month ago is forgotten, what is younger or to come is not; what booking said of it stays known", async () => {
  const monthAgo = Math.floor(Date.now() / 60_000) - 30 * 1440;
  const rows = { old: monthAgo - 60, young: monthAgo + 120, coming: monthAgo + 60 * 1440 };
  const staffId = crypto.randomUUID();
  for (const minute of Object.values(rows)) {
    await sql(system, "availability", "insert into busy values (gen_random_uuid(), $1, $2, $2 + 60)", [staffId, minute - 60]);
    await sql(system, "availability", "insert into time_off values (gen_random_uuid(), $1, $2, $2 + 60, false)", [staffId, minute - 60]);
  }
  const kept = (table: string) =>
    sql<{ end_minute: number }>(system, "availability", `select end_minute from ${table} where staff_id = $1 order by 1`, [staffId]);
  const bookingId = crypto.randomUUID();
  const [start, end] = [monthAgo - 300, monthAgo - 240].map((minute) => timestampFromDate(new Date(minute * 60_000)));
  const created = fact(BookingCreatedSchema, bookingId, { bookingId, revision: 1n, busy: [{ staffId, start, end }] });
  await handled(await owners.publish(created));
  const handledLongAgo = await owners.publish(fact(BookingExpiredSchema, bookingId, { bookingId: crypto.randomUUID(), revision: 1n }));
  await handled(handledLongAgo);
  await sql(system, "availability", "update inbox set handled_at = now() - interval '10 years' where event_id = $1", [handledLongAgo]);

  for (const kind of ["forget-past", "purge"]) await makeDue(system, "availability", kind);
  for (const table of ["busy", "time_off"]) {
    await until(async () => (await kept(table))[0]!.end_minute === rows.young);
    expect(await kept(table)).toEqual([{ end_minute: rows.young }, { end_minute: rows.coming }]);
  }
  await until(async () => (await sql(system, "availability", "select 1 from inbox where event_id = $1", [handledLongAgo])).length === 0);
  await handled(await owners.publish(created));
  expect(await kept("busy")).toHaveLength(2);
});
