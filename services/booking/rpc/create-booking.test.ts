import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { asService, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { answer, hour, minute, openSalon, outcome, short, tally, withPause, type Salon } from "../testing/salon.ts";

let salon: Salon;
let crowd: SignedIn[];
let stylist: { id: string; token: string };

beforeAll(async () => {
  salon = await openSalon(".lacio/test/create-booking");
  stylist = await salon.hireStylist();
  crowd = await Promise.all(Array.from({ length: 40 }, () => signUp(salon.system)));
});
afterAll(() => salon?.close());

const at = (start: Date, offsetMs = 0) => timestampFromDate(new Date(start.getTime() + offsetMs));
const newClient = async () => salon.as((await signUp(salon.system)).accessToken);
const lapse = (id: string) => salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [id]);
const noOverlaps = async () =>
  expect(
    await salon.sql(
      "select 1 from occupancy a join occupancy b on a.resource_id = b.resource_id and a.during && b.during and a.ctid <> b.ctid",
    ),
  ).toEqual([]);

describe("CreateBooking", () => {
  test("holds a slot and tells the world", async () => {
    const start = salon.freshDay();
    const client = crowd[0]!;
    const answer = await salon
      .as(client.accessToken)
      .createBooking({ serviceId: short.serviceId, desiredStart: at(start), staffId: stylist.id });
    expect(answer).toMatchObject({ status: Booking_Status.PENDING_PAYMENT, price: short.price, staffId: stylist.id });
    expect([timestampDate(answer.start!), timestampDate(answer.end!)]).toEqual([start, new Date(start.getTime() + hour)]);
    expect(timestampDate(answer.expiresAt!).getTime() - Date.now()).toBeGreaterThan(9 * minute);

    const { booking } = await salon.as(client.accessToken).getBooking({ bookingId: answer.bookingId });
    expect(booking).toMatchObject({
      ...answer,
      $typeName: "lacio.booking.v1.Booking",
      clientId: client.id,
      policy: { freeUntilHours: 24, lateRefundPercent: 50 },
    });
    expect(booking!.lines).toMatchObject([{ serviceName: "Alisado corto", ivaPercent: 19 }]);
    expect(booking!.refundIfCancelled?.minorUnits).toBe(0n);
    await until(
      async () =>
        (
          await salon.sql("select 1 from outbox where key = $1 and subject = 'booking.created' and published_at is not null", [
            answer.bookingId,
          ])
        ).length === 1,
    );
  });

  test("200 calls for one slot: one wins, the others are offered three free slots, nothing deadlocks", async () => {
    const start = salon.freshDay();
    const calls = Array.from({ length: 200 }, (_, index) =>
      answer(() =>
        salon
          .as(crowd[index % 40]!.accessToken)
          .createBooking({ serviceId: short.serviceId, desiredStart: at(start), staffId: stylist.id }),
      ),
    );
    const outcomes = await Promise.all(calls);
    expect(tally(outcomes)).toEqual({ ok: 1, slot_taken: 199 });
    const losers = outcomes.filter(({ reason }) => reason === "slot_taken");
    // Best effort: a refusal has no alternatives where availability did not answer in time, but that is never so for all.
    expect(losers.some(({ alternatives }) => alternatives.length === 3)).toBe(true);
    for (const { code, alternatives } of losers) {
      expect([code, [0, 3].includes(alternatives.length)]).toEqual(["AlreadyExists", true]);
      for (const free of alternatives) expect(timestampDate(free.start!).getTime()).toBeGreaterThanOrEqual(start.getTime() + hour);
    }
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
    await noOverlaps();
  });

  test("a stampede on overlapping visits with pauses: each stylist's minutes are sold once, whole bookings only", async () => {
    const day = salon.freshDay();
    const wishes = Array.from({ length: 160 }, (_, index) => ({
      who: crowd[index % 40]!,
      serviceId: index % 2 ? short.serviceId : withPause.serviceId,
      desiredStart: at(day, (index % 8) * 30 * minute),
      staffId: stylist.id,
    }));
    const outcomes = await Promise.all(wishes.map(({ who, ...wish }) => answer(() => salon.as(who.accessToken).createBooking(wish))));
    const reasons = new Set(outcomes.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(["ok", "slot_taken"]);
    await noOverlaps();
    const won = outcomes.flatMap(({ value }) => value?.bookingId ?? []);
    const broken = await salon.sql(
      `select l.booking_id from booking_line l left join occupancy o on o.booking_id = l.booking_id
       where l.booking_id = any($1::uuid[]) group by l.booking_id, l.service_id
       having count(o) <> case l.service_id when $2 then 2 else 1 end`,
      [won, withPause.serviceId],
    );
    expect(broken).toEqual([]);
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
  });

  test("the pause of one visit is sold to somebody else", async () => {
    const start = salon.freshDay();
    const book = (client: SignedIn, serviceId: string, offset: number) =>
      outcome(salon.as(client.accessToken).createBooking({ serviceId, desiredStart: at(start, offset), staffId: stylist.id }));
    const [ana, eva] = [await signUp(salon.system), await signUp(salon.system)];
    expect((await book(ana, withPause.serviceId, 0)).reason).toBe("ok");
    expect((await book(eva, short.serviceId, hour)).reason).toBe("ok");
    expect((await book(eva, short.serviceId, hour + 30 * minute)).reason).toBe("slot_taken");
    await noOverlaps();
  });

  test("any stylist: the next candidate when the first was just taken, slot_taken when all were", async () => {
    const second = await salon.hireStylist();
    try {
      const start = salon.freshDay();
      const book = async () => outcome((await newClient()).createBooking({ serviceId: short.serviceId, desiredStart: at(start) }));
      const outcomes = await Promise.all([book(), book(), book()]);
      expect(outcomes.map(({ reason }) => reason).sort()).toEqual(["ok", "ok", "slot_taken"]);
      expect(new Set(outcomes.flatMap(({ value }) => value?.staffId ?? []))).toEqual(new Set([stylist.id, second.id]));
    } finally {
      salon.dismiss(second.id);
    }
  });

  test("a hold that has ended is in nobody's way, and is free within seconds without anybody asking", async () => {
    const start = salon.freshDay();
    const wish = { serviceId: short.serviceId, desiredStart: at(start), staffId: stylist.id };
    const first = await (await newClient()).createBooking(wish);
    await lapse(first.bookingId);
    const second = await (await newClient()).createBooking(wish);
    expect(await salon.sql("select status, hold_no from booking where id = $1", [first.bookingId])).toEqual([
      { status: "EXPIRED", hold_no: null },
    ]);
    // Two holds that lapse together, beside one that has not lapsed.
    const other = await newClient();
    const [third, still] = [
      await other.createBooking({ ...wish, desiredStart: at(start, 2 * hour) }),
      await other.createBooking({ ...wish, desiredStart: at(start, 4 * hour) }),
    ];
    const held = [second, third, still].map(({ bookingId }) => bookingId);
    const ended = "update booking set expires_at = now() - interval '1 second' where id = any($1::uuid[])";
    await salon.sql(ended, [held.slice(0, 2)]);
    const taking = async () =>
      (await salon.sql<{ id: string }>("select booking_id as id from occupancy where booking_id = any($1::uuid[])", [held])).map(({ id }) => id); // prettier-ignore
    await until(async () => (await taking()).length < 2);
    expect(await taking()).toEqual([still.bookingId]);
    expect(await salon.sql("select subject from outbox where key = $1 order by seq", [second.bookingId])).toEqual([
      { subject: "booking.created" },
      { subject: "booking.expired" },
    ]);
  });

  test("at most five unpaid bookings per client, also when asked for at once; one that ends makes room", async () => {
    const client = await newClient();
    const start = salon.freshDay();
    const wish = (index: number) => ({ serviceId: short.serviceId, desiredStart: at(start, index * hour), staffId: stylist.id });
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, index) => outcome(client.createBooking(wish(index)))));
    const won = outcomes.flatMap(({ value }) => value ?? []);
    expect(won).toHaveLength(5);
    expect(outcomes.filter(({ reason, code }) => reason === "too_many_holds" && code === "ResourceExhausted")).toHaveLength(7);
    await client.cancelBooking({ bookingId: won[0]!.bookingId });
    await lapse(won[1]!.bookingId);
    expect((await outcome(client.createBooking(wish(20)))).reason).toBe("ok");
    expect((await outcome(client.createBooking(wish(21)))).reason).toBe("ok");
    expect((await outcome(client.createBooking(wish(22)))).reason).toBe("too_many_holds");
  });

  test("the same Idempotency-Key and body get one booking, another body is refused", async () => {
    const client = await newClient();
    const wish = { serviceId: short.serviceId, desiredStart: at(salon.freshDay()), staffId: stylist.id };
    const call = (key: string, body = wish) => outcome(client.createBooking(body, { headers: { "idempotency-key": key } }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => call("k1")));
    expect(new Set(answers.map(({ reason, value }) => `${reason} ${value?.bookingId}`)).size).toBe(1);
    expect((await call("k1")).value).toEqual(answers[0]!.value);
    expect(await call("k1", { ...wish, serviceId: withPause.serviceId })).toMatchObject({
      reason: "idempotency_key_reused",
      code: "InvalidArgument",
    });
    // A key is scoped to the client and to the RPC.
    const other = await newClient();
    expect((await outcome(other.createBooking(wish, { headers: { "idempotency-key": "k1" } }))).reason).toBe("slot_taken");
    const { bookingId } = await client.createBooking({ ...wish, desiredStart: at(salon.freshDay()) });
    const cancelled = await client.cancelBooking({ bookingId }, { headers: { "idempotency-key": "k1" } });
    expect(cancelled.booking!.status).toBe(Booking_Status.CANCELLED);
    // A refusal is not stored under the key: the same key is tried again.
    expect((await call("k2")).reason).toBe("slot_taken");
    await client.cancelBooking({ bookingId: answers[0]!.value!.bookingId });
    expect((await call("k2")).reason).toBe("ok");
  });

  test("one Idempotency-Key at once for any stylist: one booking, though another stylist is free", async () => {
    const second = await salon.hireStylist();
    try {
      const client = await newClient();
      const wish = { serviceId: short.serviceId, desiredStart: at(salon.freshDay()) };
      const headers = { "idempotency-key": "k" };
      const answers = await Promise.all(Array.from({ length: 8 }, () => outcome(client.createBooking(wish, { headers }))));
      expect(new Set(answers.map(({ reason, value }) => `${reason} ${value?.bookingId}`)).size).toBe(1);
      expect((await client.listBookings({})).bookings).toHaveLength(1);
    } finally {
      salon.dismiss(second.id);
    }
  });

  test("killed between claim and answer: the same key finds the booking that was made", async () => {
    const client = await newClient();
    const wish = { serviceId: short.serviceId, desiredStart: at(salon.freshDay()), staffId: stylist.id };
    const call = () => outcome(client.createBooking(wish, { headers: { "idempotency-key": "lost" } }));
    const booking = salon.system.process("booking");
    await booking.kill();
    await booking.restart({ LACIO_FAILPOINTS: "booking.after_claim=kill" });
    expect((await call()).reason).not.toBe("ok");
    await until(() => !booking.running);
    await booking.restart({ LACIO_FAILPOINTS: "" });
    const { bookings } = await client.listBookings({});
    expect(bookings).toHaveLength(1);
    expect((await call()).value?.bookingId).toBe(bookings[0]!.bookingId);
  });

  test("an ADMIN books for a client, a client for nobody else", async () => {
    const admin = await salon.admin();
    const wish = { serviceId: short.serviceId, desiredStart: at(salon.freshDay()), staffId: stylist.id };
    expect(await outcome(admin.createBooking(wish))).toMatchObject({ reason: "invalid_argument", code: "InvalidArgument" });
    for (const clientId of [crypto.randomUUID(), stylist.id])
      expect((await outcome(admin.createBooking({ ...wish, clientId }))).reason).toBe("client_unknown");
    const { bookingId } = await admin.createBooking({ ...wish, clientId: crowd[0]!.id });
    expect((await salon.as(crowd[0]!.accessToken).getBooking({ bookingId })).booking!.clientId).toBe(crowd[0]!.id);
    expect((await outcome((await newClient()).createBooking({ ...wish, clientId: crowd[0]!.id }))).reason).toBe("forbidden");
    expect((await outcome(salon.as(asService("payments", salon.system)).createBooking(wish))).reason).toBe("forbidden");
  });

  const soon = timestampFromDate(new Date(Math.ceil(Date.now() / hour) * hour + 30 * 24 * hour));
  test.each<[string, object, string]>([
    ["no service", { serviceId: "" }, "invalid_argument"],
    ["a service id that is none", { serviceId: "x" }, "invalid_argument"],
    ["an unknown service", { serviceId: "11111111-1111-4111-8111-111111111111" }, "service_unknown"],
    ["a NUL in an id", { serviceId: "\0" }, "invalid_argument"],
    ["an unknown stylist", { staffId: "11111111-1111-4111-8111-111111111111" }, "staff_unknown"],
    ["no start", { desiredStart: undefined }, "invalid_argument"],
    ["the past", { desiredStart: timestampFromDate(new Date(0)) }, "start_in_past"],
    ["a start in two years", { desiredStart: { seconds: soon.seconds + 63_072_000n, nanos: 0 } }, "start_too_far"],
    ["the year 9999", { desiredStart: { seconds: 253_402_300_799n, nanos: 0 } }, "start_too_far"],
    ["a time beyond all years", { desiredStart: { seconds: 9_223_372_036_854_775_807n, nanos: 0 } }, "invalid_argument"],
    ["a time before all years", { desiredStart: { seconds: -9_223_372_036_854_775_808n, nanos: 0 } }, "invalid_argument"],
    ["negative nanoseconds", { desiredStart: { seconds: soon.seconds, nanos: -1 } }, "invalid_argument"],
    ["seconds", { desiredStart: { seconds: soon.seconds + 1n, nanos: 0 } }, "invalid_argument"],
    ["a nanosecond", { desiredStart: { seconds: soon.seconds, nanos: 1 } }, "invalid_argument"],
  ])("refuses %s", async (_, change, reason) => {
    const wish = { serviceId: short.serviceId, desiredStart: soon, ...change };
    expect(await outcome(salon.as(crowd[1]!.accessToken).createBooking(wish))).toMatchObject({ reason, code: "InvalidArgument" });
  });

  test.each([
    ["slot_taken", "AlreadyExists"],
    ["not_working_then", "FailedPrecondition"],
    ["skill_missing", "FailedPrecondition"],
  ])("passes on why availability finds nobody: %s", async (reason, code) => {
    salon.view.reason = reason;
    try {
      const wish = { serviceId: short.serviceId, desiredStart: at(salon.freshDay()) };
      const answer = await outcome(salon.as(crowd[2]!.accessToken).createBooking(wish));
      expect(answer).toMatchObject({ reason, code });
      expect(answer.alternatives).toHaveLength(reason === "slot_taken" ? 3 : 0);
    } finally {
      salon.view.reason = "";
    }
  });

  test("the constraint that forbids overlaps is in place", async () => {
    const rows = await salon.sql<{ definition: string }>(
      "select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'occupancy_no_overlap'",
    );
    expect(rows[0]?.definition).toBe("EXCLUDE USING gist (resource_id WITH =, during WITH &&)");
  });
});
