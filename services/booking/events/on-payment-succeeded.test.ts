import { fromBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { BookingPaidSchema, BookingPaymentDeclinedSchema } from "@lacio/proto/booking/v1/events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { answer, openSalon, withPause, type Salon } from "../testing/salon.ts";

let salon: Salon;
let client: SignedIn;
let stylist: { id: string; token: string };

beforeAll(async () => {
  salon = await openSalon(".lacio/test/booking-payment", { MAX_OPEN_HOLDS: "50" });
  stylist = await salon.hireStylist();
  client = await signUp(salon.system);
});
afterAll(() => salon?.close());

const book = async (start = salon.freshDay()) =>
  (
    await salon
      .as(client.accessToken)
      .createBooking({ serviceId: withPause.serviceId, desiredStart: timestampFromDate(start), staffId: stylist.id })
  ).bookingId;
const statusOf = async (id: string) => (await salon.sql<{ status: string }>("select status from booking where id = $1", [id]))[0]!.status;
const partsOf = async (id: string) => (await salon.sql("select 1 from occupancy where booking_id = $1", [id])).length;
const factsOf = async (id: string) =>
  salon.sql<{ subject: string; payload: Buffer }>("select subject, payload from outbox where key = $1 order by seq", [id]);
const subjectsOf = async (id: string) => (await factsOf(id)).map(({ subject }) => subject);
const handled = (...eventIds: string[]) =>
  until(async () => (await salon.sql("select 1 from inbox where event_id = any($1::uuid[])", [eventIds])).length === eventIds.length);
const payAndWait = async (payment: Parameters<Salon["pay"]>[0]) => {
  const { eventId, paymentId } = await salon.pay(payment);
  await handled(eventId);
  return paymentId;
};
const declined = async (id: string) =>
  (await factsOf(id))
    .filter(({ subject }) => subject === "booking.payment_declined")
    .map(({ payload }) => fromBinary(BookingPaymentDeclinedSchema, payload));
const lapse = (id: string) => salon.sql("update booking set expires_at = now() - interval '1 second' where id = $1", [id]);
async function expire(id: string) {
  await lapse(id);
  await until(async () => (await statusOf(id)) === "EXPIRED");
}

describe("a payment that succeeded", () => {
  test("confirms the booking once, however often it is told", async () => {
    const id = await book();
    const { eventId, paymentId } = await salon.pay({ bookingId: id });
    await handled(eventId);
    await salon.pay({ bookingId: id, paymentId }, eventId);
    await payAndWait({ bookingId: id, paymentId });
    expect(await subjectsOf(id)).toEqual(["booking.created", "booking.paid"]);
    const paid = fromBinary(BookingPaidSchema, (await factsOf(id))[1]!.payload);
    expect(paid).toMatchObject({ bookingId: id, paymentId, clientId: client.id, revision: 2n, busy: [], price: withPause.price });
    expect(await salon.sql("select status, payment_id, hold_no from booking where id = $1", [id])).toEqual([
      { status: "CONFIRMED", payment_id: paymentId, hold_no: null },
    ]);
    expect(await partsOf(id)).toBe(2);
  });

  test("a second payment goes back", async () => {
    const id = await book();
    await payAndWait({ bookingId: id });
    const second = await payAndWait({ bookingId: id });
    expect(await declined(id)).toMatchObject([{ paymentId: second, reason: "already_paid", clientId: client.id }]);
    expect(await statusOf(id)).toBe("CONFIRMED");
  });

  test("of another amount goes back and leaves the booking as it is", async () => {
    const id = await book();
    const paymentId = await payAndWait({ bookingId: id, minorUnits: 1n });
    expect(await declined(id)).toMatchObject([{ paymentId, reason: "amount_mismatch" }]);
    expect(await statusOf(id)).toBe("PENDING_PAYMENT");
  });

  test("for a cancelled booking goes back", async () => {
    const id = await book();
    await salon.as(client.accessToken).cancelBooking({ bookingId: id });
    await payAndWait({ bookingId: id });
    expect(await declined(id)).toMatchObject([{ reason: "booking_cancelled" }]);
    expect([await statusOf(id), await partsOf(id)]).toEqual(["CANCELLED", 0]);
  });

  test("for a booking that does not exist goes back", async () => {
    const id = crypto.randomUUID();
    await payAndWait({ bookingId: id });
    expect(await declined(id)).toMatchObject([{ reason: "booking_unknown" }]);
  });

  test("late, gets the slot again when it is still free", async () => {
    const id = await book();
    await expire(id);
    expect(await partsOf(id)).toBe(0);
    await payAndWait({ bookingId: id });
    expect([await statusOf(id), await partsOf(id)]).toEqual(["CONFIRMED", 2]);
    expect(await subjectsOf(id)).toEqual(["booking.created", "booking.expired", "booking.paid"]);
    expect(fromBinary(BookingPaidSchema, (await factsOf(id))[2]!.payload)).toMatchObject({
      revision: 3n,
      busy: [{ staffId: stylist.id }, {}],
    });
  });

  test("late, goes back when somebody has any part of the slot", async () => {
    const start = salon.freshDay();
    const id = await book(start);
    await expire(id);
    // Only the last part overlaps: none of the parts before it may stay inserted.
    const other = await book(new Date(start.getTime() + 2 * 3_600_000));
    await payAndWait({ bookingId: id });
    expect(await declined(id)).toMatchObject([{ reason: "hold_expired" }]);
    expect([await statusOf(id), await partsOf(id), await partsOf(other)]).toEqual(["EXPIRED", 0, 2]);
  });

  test("late, goes back when the visit would have begun", async () => {
    const id = await book();
    await expire(id);
    await salon.sql("update booking set starts_at = now() - interval '1 minute' where id = $1", [id]);
    await payAndWait({ bookingId: id });
    expect(await declined(id)).toMatchObject([{ reason: "hold_expired" }]);
  });

  test("at the very end of the hold, beside sweeper and another client: paid or back, never both, never neither", async () => {
    const rounds = Array.from({ length: 15 }, async () => {
      const start = salon.freshDay();
      const id = await book(start);
      await lapse(id);
      const [{ eventId }, { value: other }] = await Promise.all([salon.pay({ bookingId: id }), answer(() => book(start))]);
      await handled(eventId);
      const subjects = await subjectsOf(id);
      const paid = subjects.filter((subject) => subject === "booking.paid").length;
      const back = subjects.filter((subject) => subject === "booking.payment_declined").length;
      expect(paid + back).toBe(1);
      expect(await statusOf(id)).toBe(paid ? "CONFIRMED" : "EXPIRED");
      expect(await partsOf(id)).toBe(paid ? 2 : 0);
      expect(Boolean(other)).toBe(!paid);
    });
    await Promise.all(rounds);
    expect(salon.system.logs("postgres")).not.toContain("deadlock");
  });
});
