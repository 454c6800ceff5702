import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { adminToken, clientFor, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import pg from "pg";
import { expectNoOverlap, statusOf } from "./invariants.ts";
import { reasonOf, rest, type Answer, type Rest, type RestError } from "./rest.ts";
import { at, openSalon, type Salon } from "./salon.ts";

const system = sharedSystem();
const deadlocks = () => readFileSync(path.join(system.dir, "logs/postgres.log"), "utf8").split("deadlock detected").length - 1;

type Offer = { start: string; end: string; staffId: string; staffName: string };
type Booked = { bookingId: string };

/** Retries 503 and 504 with the same idempotency key, as a well-behaved client does. */
async function create(mine: Rest, { serviceId, staffIds }: Salon, start: Date | string) {
  const wish = { serviceId, staffId: staffIds[0], desiredStart: typeof start === "string" ? start : start.toISOString() };
  const key = { "idempotency-key": crypto.randomUUID() };
  for (let attempt = 1; ; attempt++) {
    const answer = await mine.post<Booked & RestError>("/v1/bookings", wish, key);
    if (attempt === 20 || ![503, 504].includes(answer.status)) return answer;
  }
}

const clientOf = async (): Promise<Rest> => rest(system, (await signUp(system)).accessToken);

describe("200 calls for one slot", () => {
  let salon: Salon;
  let answers: Answer<Booked & RestError>[];
  const before = deadlocks();

  beforeAll(async () => {
    salon = await openSalon(system);
    const clients: SignedIn[] = [];
    for (let n = 0; n < 40; n++) clients.push(await signUp(system));
    const calls = clients.flatMap(({ accessToken }) => Array.from({ length: 5 }, () => rest(system, accessToken)));
    answers = await Promise.all(calls.map((mine) => create(mine, salon, at(1, "12:00"))));
  });

  test("one gets it, and 199 hear that it is taken", () => {
    const heard = answers.map((answer) => `${answer.status} ${reasonOf(answer) ?? "booked"}`);
    expect(Object.fromEntries([...new Set(heard)].map((one) => [one, heard.filter((other) => other === one).length]))).toEqual({
      "200 booked": 1,
      "409 slot_taken": 199,
    });
  });

  test("each of those is offered three slots, and every one of them can be had", async () => {
    const offers = answers
      .filter(({ status }) => status === 409)
      .map(({ body }) => body.details.flatMap(({ alternatives = [] }) => alternatives as Offer[]));
    expect(offers.every((three) => three.length === 3)).toBe(true);
    const different = new Map(offers.flat().map((offer) => [`${offer.start} ${offer.staffId}`, offer]));
    const mine = await clientOf();
    for (const { start, staffId } of different.values()) {
      const booked = await create(mine, { ...salon, staffIds: [staffId] }, start);
      expect([start, booked.status]).toEqual([start, 200]);
      expect((await mine.post(`/v1/bookings/${booked.body.bookingId}/cancel`)).status).toBe(200);
      await seenToEnd(booked.body.bookingId);
    }
  });

  test("nobody overlaps, and the database met no deadlock", async () => {
    await expectNoOverlap(system);
    expect(deadlocks()).toBe(before);
  });
});

describe("the time in which a treatment works by itself", () => {
  test("is sold to other clients, until the stylist has no free minute left", async () => {
    const salon = await openSalon(system, { phases: [30, -60, 30] });
    for (const time of ["10:00", "10:30", "11:00"]) expect((await create(await clientOf(), salon, at(1, time))).status).toBe(200);
    const late = await create(await clientOf(), salon, at(1, "11:30"));
    expect([late.status, reasonOf(late)]).toEqual([409, "slot_taken"]);
    await expectNoOverlap(system);
  });

  test("is sold for a shorter service of the same stylist, as far as it fits", async () => {
    const salon = await openSalon(system, { phases: [60, -45, 60] });
    const short = await openShortService(salon);
    expect((await create(await clientOf(), salon, at(1, "10:00"))).status).toBe(200);
    const answers = [];
    for (const time of ["10:45", "11:15", "11:00"]) answers.push(await create(await clientOf(), short, at(1, time)));
    expect(answers.map((answer) => reasonOf(answer) ?? "booked")).toEqual(["slot_taken", "booked", "slot_taken"]);
    await expectNoOverlap(system);
  });

  test("is sold once, however many want it at the same moment", async () => {
    const salon = await openSalon(system, { phases: [30, -60, 30] });
    await create(await clientOf(), salon, at(1, "10:00"));
    const others = await Promise.all(Array.from({ length: 8 }, clientOf));
    // Each start fits into the pause (a phase that is not busy), but not both.
    const answers = await Promise.all(others.map((mine, n) => create(mine, salon, at(1, n % 2 ? "10:30" : "10:45"))));
    expect(answers.map((answer) => reasonOf(answer) ?? "booked").sort()).toEqual(["booked", ...Array<string>(7).fill("slot_taken")]);
    await expectNoOverlap(system);
  });
});

test("of moves and cancellations that meet at one booking one wins, and the others hear why not", async () => {
  const salon = await openSalon(system);
  const mine = await clientOf();
  const { bookingId } = (await create(mine, salon, at(2, "08:00"))).body;

  // A row lock holds all eight calls after they have read the booking, until all of them wait for it.
  const gate = new pg.Client({ connectionString: system.databaseUrls.booking });
  await gate.connect();
  await gate.query("begin");
  await gate.query("select 1 from booking where id = $1 for update", [bookingId]);
  const calls = ["10:00", "12:00", "14:00", "16:00"].flatMap((time) => [
    mine.post<RestError>(`/v1/bookings/${bookingId}/reschedule`, { desiredStart: at(2, time).toISOString() }),
    mine.post<RestError>(`/v1/bookings/${bookingId}/cancel`),
  ]);
  // The first call waits for the gate's transaction, the others for the row's tuple lock; the query counts only those.
  const inLine = `select 1 from pg_locks l, booking b where b.id = $1 and not l.granted and l.locktype = 'tuple'
    and l.relation = 'booking'::regclass and l.page = (b.ctid::text::point)[0] and l.tuple = (b.ctid::text::point)[1]`;
  await until(async () => (await sql(system, "booking", inLine, [bookingId])).length === calls.length - 1);
  await gate.query("commit");
  await gate.end();

  const answers = await Promise.all(calls);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const lost = answers.filter(({ status }) => status !== 200);
  expect(lost.every(({ status }) => status === 409 || status === 400)).toBe(true);
  expect(lost.every((answer) => ["booking_changed", "already_cancelled"].includes(reasonOf(answer) ?? ""))).toBe(true);
  const places = await sql(system, "booking", "select 1 from occupancy where booking_id = $1", [bookingId]);
  expect(places).toHaveLength((await statusOf(system, bookingId)) === "CANCELLED" ? 0 : 1);
  await expectNoOverlap(system);
});

test.each([0, 10])("ten moves and %d cancellations of one booking, as they come: it ends at one place, or at none", async (cancels) => {
  const salon = await openSalon(system, { phases: [60, -45, 60] });
  const mine = await clientOf();
  const { bookingId } = (await create(mine, salon, at(2, "08:00"))).body;
  const later = (n: number) => new Date(at(2, "09:00").getTime() + n * 45 * 60_000).toISOString();
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, (_, n) => mine.post<RestError>(`/v1/bookings/${bookingId}/reschedule`, { desiredStart: later(n) })),
    ...Array.from({ length: cancels }, () => mine.post<RestError>(`/v1/bookings/${bookingId}/cancel`)),
  ]);

  const heard = answers.map((answer) => (answer.status === 200 ? "200" : `${answer.status} ${reasonOf(answer)}`));
  const clear = ["200", "409 booking_changed", "400 already_cancelled"];
  expect(heard.filter((one) => !clear.includes(one))).toEqual([]);
  expect(heard).toContain("200");
  const cancelled = heard.slice(10).filter((one) => one === "200").length;
  expect(cancelled).toBeLessThanOrEqual(1);
  expect(await statusOf(system, bookingId)).toBe(cancelled ? "CANCELLED" : "PENDING_PAYMENT");

  const { booking } = (await mine.get<{ booking: { start: string } }>(`/v1/bookings/${bookingId}`)).body;
  const minutes = await sql<{ from: number; to: number }>(
    system,
    "booking",
    `select (extract(epoch from lower(during) - $2) / 60)::int as from, (extract(epoch from upper(during) - $2) / 60)::int as to
     from occupancy where booking_id = $1 order by 1`,
    [bookingId, booking.start],
  );
  const parts = [
    { from: 0, to: 60 },
    { from: 105, to: 165 },
  ];
  expect(minutes).toEqual(cancelled ? [] : parts);
  await expectNoOverlap(system);
});

test("two bookings that want each other's place do not wait for each other for ever", async () => {
  const before = deadlocks();
  const salon = await openSalon(system);
  const [one, other] = [await clientOf(), await clientOf()];
  const [first, second] = [(await create(one, salon, at(1, "09:00"))).body, (await create(other, salon, at(1, "11:00"))).body];
  const answers = await Promise.all([
    one.post<RestError>(`/v1/bookings/${first.bookingId}/reschedule`, { desiredStart: at(1, "11:00").toISOString() }),
    other.post<RestError>(`/v1/bookings/${second.bookingId}/reschedule`, { desiredStart: at(1, "09:00").toISOString() }),
  ]);
  expect(answers.map((answer) => [answer.status, reasonOf(answer)])).toEqual([
    [409, "slot_taken"],
    [409, "slot_taken"],
  ]);
  expect(deadlocks()).toBe(before);
});

test("a slot is free again within five seconds after its unpaid hold ends", async () => {
  const salon = await openSalon(system);
  const mine = await clientOf();
  const start = at(1, "15:00");
  const { bookingId } = (await create(mine, salon, start)).body;
  const date = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO("America/Bogota").toPlainDate();
  const shown = async () => {
    const { body } = await rest(system).get<{ slots: Offer[] }>(`/v1/availability?serviceId=${salon.serviceId}&date=${date}`);
    return body.slots.some((slot) => Date.parse(slot.start) === start.getTime());
  };
  await until(async () => !(await shown()));
  await sql(system, "booking", "update booking set expires_at = now() where id = $1", [bookingId]);
  await until(shown, { timeoutMs: 5_000 });
  expect((await create(await clientOf(), salon, start)).status).toBe(200);
  const late = await mine.post(`/v1/bookings/${bookingId}/pay`);
  expect([late.status, reasonOf(late)]).toEqual([400, "hold_expired"]);
  expect(await statusOf(system, bookingId)).toBe("EXPIRED");
});

/** Waits until availability has handled the booking's last event, so that its projection lists the time as free. */
const seenToEnd = (bookingId: string) =>
  until(async () => {
    const [booking] = await sql<{ revision: string }>(system, "booking", "select revision from booking where id = $1", [bookingId]);
    const seen = "select 1 from booking_seen where booking_id = $1 and revision >= $2";
    return (await sql(system, "availability", seen, [bookingId, booking!.revision])).length > 0;
  });

/** A service of half an hour with the same stylist. */
async function openShortService(salon: Salon): Promise<Salon> {
  const staff = clientFor(StaffService, system, await adminToken(system));
  const { stylist } = await staff.getStylist({ staffId: salon.staffIds[0]! });
  const { service } = await staff.createService({
    name: `Servicio corto ${crypto.randomUUID().slice(0, 8)}`,
    price: { currencyCode: "COP", minorUnits: 3_000_000n },
    phases: [{ name: "Fase 1", minutes: 30, busy: true }],
    skillIds: stylist!.skillIds,
  });
  const short = { ...salon, serviceId: service!.id };
  const date = at(1, "10:00").toISOString().slice(0, 10);
  await until(async () => {
    const { body } = await rest(system).get<{ slots: Offer[] }>(`/v1/availability?serviceId=${short.serviceId}&date=${date}`);
    return body.slots.length > 0;
  });
  return short;
}
