import { fromBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { Cancellation_By as By } from "@lacio/proto/booking/v1/booking_service";
import { BookingCancelledSchema, BookingPaymentDeclinedSchema, SubstituteReleasedSchema } from "@lacio/proto/booking/v1/events";
import { StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { hour, openSalon, outcome, short, type Salon } from "../testing/salon.ts";

type Stylist = { id: string; token: string };
let salon: Salon;
let sofia: Stylist;
let diana: Stylist;

beforeAll(async () => {
  salon = await openSalon(".lacio/test/booking-erased");
  [sofia, diana] = [await salon.hireStylist(), await salon.hireStylist()];
});
afterAll(() => salon?.close());

const later = (start: Date, hours: number) => timestampFromDate(new Date(start.getTime() + hours * hour));
const create = ({ accessToken }: SignedIn, start: Date, hours = 0) =>
  salon.as(accessToken).createBooking({ serviceId: short.serviceId, desiredStart: later(start, hours), staffId: sofia.id });
const rowOf = async (id: string) =>
  (await salon.sql<{ status: string; cancel_reason: string }>("select status, cancel_reason from booking where id = $1", [id]))[0]!;
const becomes = (id: string, status: string) => until(async () => (await rowOf(id)).status === status);
const told = async <T>(id: string, subject: string, read: (payload: Buffer) => T) =>
  (await salon.sql<{ payload: Buffer }>("select payload from outbox where key = $1 and subject = $2", [id, subject])).map((row) =>
    read(row.payload),
  );
const cancellations = (id: string) => told(id, "booking.cancelled", (payload) => fromBinary(BookingCancelledSchema, payload));
const declined = (id: string) => told(id, "booking.payment_declined", (payload) => fromBinary(BookingPaymentDeclinedSchema, payload));
const handled = (...eventIds: string[]) =>
  until(async () => (await salon.sql("select 1 from inbox where event_id = any($1::uuid[])", [eventIds])).length === eventIds.length);
const erasure = ({ id }: SignedIn, eventId?: string) => salon.publish(fact(AccountErasedSchema, id, { accountId: id }), eventId);
async function erase(client: SignedIn): Promise<string> {
  const eventId = await erasure(client);
  await handled(eventId);
  return eventId;
}
async function booked(client: SignedIn, start: Date, hours = 0) {
  const { bookingId } = await create(client, start, hours);
  const { paymentId } = await salon.pay({ bookingId });
  await becomes(bookingId, "CONFIRMED");
  return { bookingId, paymentId };
}
const lapse = (id: string) => salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [id]);

describe("a client who was erased", () => {
  test("gets back what had slipped in, all of it and once; what has begun takes place; what was written is gone", async () => {
    const [client, day] = [await signUp(salon.system), salon.freshDay()];
    const paid = await booked(client, day);
    const begun = await booked(client, day, 1);
    await salon.sql("update booking set starts_at = now() - interval '1 minute' where id = $1", [begun.bookingId]);
    const { bookingId: held } = await create(client, day, 2);
    const lost = await booked(client, day, 3);
    await salon.as(sofia.token).cancelStaffBooking({ staffId: sofia.id, bookingId: lost.bookingId, reason: "Ana, tengo gripe" });
    const { bookingId: over } = await create(client, day, 4);
    const once = { headers: { "idempotency-key": crypto.randomUUID() } };
    await salon.as(client.accessToken).cancelBooking({ bookingId: over, reason: "me operan" }, once);

    const eventId = await erase(client);
    await erasure(client, eventId);
    await handled(await erasure(client));
    const full = { by: By.SALON, clientErased: true, refund: short.price };
    for (const { bookingId, paymentId } of [paid, lost]) expect(await cancellations(bookingId)).toMatchObject([{ ...full, paymentId }]);
    expect((await cancellations(lost.bookingId))[0]!.lossId).not.toBe("");
    expect(await cancellations(held)).toMatchObject([{ ...full, refund: { minorUnits: 0n }, paymentId: "" }]);
    expect(await rowOf(begun.bookingId)).toMatchObject({ status: "CONFIRMED" });
    const ids = [paid.bookingId, lost.bookingId, held, over];
    expect(await salon.sql("select 1 from occupancy where booking_id = any($1)", [ids])).toEqual([]);
    expect(await salon.sql("select key from job where key = any($1)", [[...ids, begun.bookingId]])).toEqual([{ key: begun.bookingId }]);
    const written = "select 1 from booking where client_id = $1 and (cancel_reason <> '' or lost_reason <> '')";
    expect(await salon.sql(written, [client.id])).toEqual([]);
    await (await salon.admin()).cancelBooking({ bookingId: begun.bookingId, reason: "Ana se fue" });
    expect(await rowOf(begun.bookingId)).toEqual({ status: "CANCELLED", cancel_reason: "" });
    expect(await salon.sql("select 1 from idempotency where starts_with(scope, $1)", [client.id])).toEqual([]);
  });

  test("books nothing more, in nobody's name, and a late payment goes back", async () => {
    const [client, day] = [await signUp(salon.system), salon.freshDay()];
    const { bookingId: held } = await create(client, day);
    const { bookingId: expired } = await create(client, day, 1);
    await lapse(expired);
    await becomes(expired, "EXPIRED");
    await erase(client);
    expect((await outcome(create(client, day, 2))).reason).toBe("account_erased");
    const forClient = { serviceId: short.serviceId, desiredStart: later(day, 2), clientId: client.id };
    expect((await outcome((await salon.admin()).createBooking(forClient))).reason).toMatch(/^(account_erased|client_unknown)$/);
    const payments = [await salon.pay({ bookingId: held }), await salon.pay({ bookingId: expired })];
    await handled(...payments.map(({ eventId }) => eventId));
    expect(await declined(held)).toMatchObject([{ paymentId: payments[0]!.paymentId, reason: "booking_cancelled" }]);
    expect(await declined(expired)).toMatchObject([{ paymentId: payments[1]!.paymentId, reason: "account_erased" }]);
    expect(await salon.sql("select 1 from booking where client_id = $1 and status = 'CONFIRMED'", [client.id])).toEqual([]);
  });

  test("is waited for by an erasure that comes between the check and the booking", async () => {
    const [client, day] = [await signUp(salon.system), salon.freshDay()];
    const inTheWay = `with gone as (insert into absence (id, staff_id) values (gen_random_uuid(), $1) returning id)
      insert into occupancy (resource_id, during, absence_id) select $1, tstzrange($2, $3), id from gone`;
    const hours = [sofia.id, day, new Date(day.getTime() + hour)];
    const [booking, erased] = await whileHeld(inTheWay, hours, () => create(client, day), client);
    await handled(erased);
    expect(await cancellations((await booking).bookingId)).toMatchObject([{ clientErased: true }]);
  });

  test("is waited for by an erasure that comes between the check and the payment of an expired hold", async () => {
    const [client, day] = [await signUp(salon.system), salon.freshDay()];
    const { bookingId } = await create(client, day);
    await lapse(bookingId);
    await becomes(bookingId, "EXPIRED");
    const row = "select 1 from booking where id = $1 for update";
    const [payment, erased] = await whileHeld(row, [bookingId], () => salon.pay({ bookingId }), client);
    await handled(erased, (await payment).eventId);
    expect(await cancellations(bookingId)).toMatchObject([{ clientErased: true, refund: short.price }]);
  });

  test("has no open booking in the end, nor has the salon money, whatever happens beside the erasure", async () => {
    const rounds = Array.from({ length: 24 }, (_, round) => round);
    await Promise.all(rounds.map(raceOfOneClient));
  });
});

/** `work` meets what `statement` locks, and the erasure comes meanwhile. */
async function whileHeld<T>(statement: string, params: unknown[], work: () => Promise<T>, client: SignedIn): Promise<[Promise<T>, string]> {
  const waiting = async () => (await salon.sql("select 1 from pg_locks where not granted")).length;
  const holder = new pg.Client({ connectionString: salon.system.databaseUrls["booking"] });
  await holder.connect();
  try {
    await holder.query("begin");
    await holder.query(statement, params);
    const done = work();
    await until(async () => (await waiting()) === 1);
    const erased = await erasure(client);
    const isHandled = async () => (await salon.sql("select 1 from inbox where event_id = $1", [erased])).length > 0;
    await until(async () => (await waiting()) === 2 || (await isHandled()));
    return [done, erased];
  } finally {
    await holder.query("rollback");
    await holder.end();
  }
}

// Books, pays a hold, one that has expired, and moves a paid visit, all while the erasure comes.
async function raceOfOneClient(): Promise<void> {
  const [client, day] = [await signUp(salon.system), salon.freshDay()];
  const { bookingId: held } = await create(client, day);
  const { bookingId: expired } = await create(client, day, 1);
  const paid = await booked(client, day, 2);
  await lapse(expired);
  await becomes(expired, "EXPIRED");
  const book = async (hours: number) => {
    const { value } = await outcome(create(client, day, hours));
    return value ? [(await salon.pay({ bookingId: value.bookingId })).eventId] : [];
  };
  const move = { bookingId: paid.bookingId, desiredStart: later(day, 8), staffId: sofia.id };
  const [erased, heldPaid, expiredPaid, ...others] = await Promise.all([
    erasure(client),
    salon.pay({ bookingId: held }),
    salon.pay({ bookingId: expired }),
    ...[3, 4, 5].map(book),
    outcome(salon.as(client.accessToken).rescheduleBooking(move)).then(() => []),
  ]);
  await handled(erased, heldPaid.eventId, expiredPaid.eventId, ...others.flat());
  const open = "select id, status from booking where client_id = $1 and status in ('PENDING_PAYMENT', 'CONFIRMED', 'REASSIGNING')";
  expect(await salon.sql(open, [client.id])).toEqual([]);
  const bookings = await salon.sql<{ id: string; payment_id: string | null }>("select id, payment_id from booking where client_id = $1", [
    client.id,
  ]);
  for (const { id, payment_id: paymentId } of bookings) {
    expect(await salon.sql("select 1 from occupancy where booking_id = $1", [id])).toEqual([]);
    if (paymentId) expect(await cancellations(id)).toMatchObject([{ paymentId, refund: short.price }]);
    else if (id === held || id === expired) expect(await declined(id)).toHaveLength(1);
  }
}

test("a substitute who works here no longer is released, and reassignment hears that it needs another", async () => {
  const [client, day] = [await signUp(salon.system), salon.freshDay()];
  const { bookingId } = await booked(client, day);
  const { booking } = await salon.as(sofia.token).cancelStaffBooking({ staffId: sofia.id, bookingId, reason: "gripe" });
  const { lossId } = booking!.loss!;
  await salon.reassignment().holdSubstitute({ bookingId, lossId, staffId: diana.id, until: later(new Date(), 24) });
  const changed = async (active: boolean) =>
    handled(await salon.publish(fact(StylistChangedSchema, diana.id, { staffId: diana.id, active, revision: 2n })));
  const held = () => salon.sql("select 1 from occupancy where booking_id = $1 and resource_id = $2", [bookingId, diana.id]);
  await changed(true);
  expect(await held()).toHaveLength(1);
  await changed(false);
  expect(await held()).toEqual([]);
  const released = await told(bookingId, "booking.substitute_released", (payload) => fromBinary(SubstituteReleasedSchema, payload));
  expect(released).toMatchObject([{ lossId, staffId: diana.id, absent: true }]);
  expect(await salon.sql("select kind from job where key = $1", [bookingId])).toEqual([{ kind: "watch-lost-visit" }]);
});
