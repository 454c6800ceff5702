import { create, fromBinary } from "@bufbuild/protobuf";
import { permissions } from "@lacio/permissions/table";
import { TermsSchema } from "@lacio/proto/availability/v1/availability_service";
import { Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import { BookingCancelledSchema, SubstituteReleasedSchema } from "@lacio/proto/booking/v1/events";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { usualSettings } from "@lacio/salon/settings";
import { lockBooking } from "../acts/load-bookings.ts";
import { loseVisit } from "../acts/lose-visit.ts";
import { occupy, release } from "../acts/occupancy.ts";
import { createApp, readConfig } from "../app.ts";
import { database } from "../db/index.ts";
import { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { jobs } from "./index.ts";
import { watchLater } from "./watch-lost-visit.ts";

let alone: Awaited<ReturnType<typeof startAlone>>;
const nobody = "http://127.0.0.1:1";
const startAlone = () =>
  startAppAlone(
    "booking",
    { permissions: permissions.booking, config: readConfig, database, createApp, jobs },
    { AUTH_URL: nobody, AVAILABILITY_URL: nobody },
  );

beforeAll(async () => void (alone = await startAlone()));
afterAll(() => alone?.stop());
beforeEach(() => alone.resetClock());

const hour = 3_600;
const inHours = (hours: number) => new Date(Math.ceil(alone.now().getTime() / 60_000) * 60_000 + hours * hour * 1_000);
const terms = create(TermsSchema, {
  serviceId: crypto.randomUUID(),
  serviceName: "Alisado",
  price: { currencyCode: "COP", minorUnits: 1000n },
  phases: [{ name: "aplicar", minutes: 60, busy: true }],
});
const substitute = { staffId: crypto.randomUUID(), staffName: "Diana" };

/** A paid visit in so many hours, which has lost its stylist. */
async function lost(startsIn: number): Promise<string> {
  const stylist = { staffId: crypto.randomUUID(), staffName: "Sofía" };
  const wish = { clientId: crypto.randomUUID(), terms, stylist, start: inHours(startsIn), anyStaff: false };
  const [booking] = Booking.request(wish, { ...usualSettings, freeUntilHours: 720, lateRefundPercent: 0 }, alone.now());
  await alone.app.transact(async (tx) => {
    booking.markPaid({ paymentId: crypto.randomUUID(), currencyCode: "COP", minorUnits: 1000n, succeededAt: alone.now() }, false);
    tx.add(booking);
    await tx.em.flush(); // its lines and occupancy refer to it
    for (const line of booking.lines) tx.add(line);
    await occupy(tx, booking);
    await loseVisit(alone.app, tx, booking, "gripe");
  });
  return booking.id;
}
const hold = (id: string, hours: number) =>
  alone.app.transact(async (tx) => {
    const booking = await lockBooking(tx, id);
    tx.emit(new LostVisit(booking).holdSubstitute(substitute, inHours(hours), alone.now())!);
    await release(tx, [id]);
    expect(await occupy(tx, booking)).toBe(true);
    watchLater(tx, booking);
  });
const stateOf = async (id: string) => {
  const [row] = await alone.sql<{ status: string; held: boolean; parts: number; jobs: number }>(
    `select status, held_staff_id is not null as held, (select count(*)::int from occupancy where booking_id = $1) as parts,
       (select count(*)::int from job where kind = 'watch-lost-visit' and key = $1::text) as jobs from booking where id = $1`,
    [id],
  );
  return [row!.status, row!.held, row!.parts, row!.jobs];
};
const factsOf = (id: string) =>
  alone.sql<{ subject: string; payload: Buffer }>("select subject, payload from outbox where key = $1 order by seq", [id]);
const subjectsOf = async (id: string) => (await factsOf(id)).map(({ subject }) => subject.replace("booking.", ""));
const lastFact = async (id: string) => (await factsOf(id)).at(-1)!.payload;

describe("a lost visit on which nobody decides", () => {
  test("gives the substitute's time back at the end of the hold, not before; at its start it is refunded in full, by two workers once", async () => {
    const id = await lost(10);
    await hold(id, 4);
    alone.wait(3 * hour);
    await alone.work();
    expect(await stateOf(id)).toEqual(["REASSIGNING", true, 1, 1]);
    alone.wait(1.1 * hour);
    await alone.work();
    expect(await stateOf(id)).toEqual(["REASSIGNING", false, 0, 1]);
    expect(fromBinary(SubstituteReleasedSchema, await lastFact(id))).toMatchObject({ staffId: substitute.staffId, absent: false });
    alone.wait(5 * hour);
    await alone.work();
    expect(await stateOf(id)).toEqual(["REASSIGNING", false, 0, 1]);
    alone.wait(hour);
    await Promise.all([alone.worker().drain(), alone.worker().drain()]);
    expect(await stateOf(id)).toEqual(["CANCELLED", false, 0, 0]);
    expect(fromBinary(BookingCancelledSchema, await lastFact(id))).toMatchObject({
      by: Cancellation_By.STYLIST,
      refund: { minorUnits: 1000n },
    });
    expect(await subjectsOf(id)).toEqual(["lost_stylist", "substitute_held", "substitute_released", "cancelled"]);
  });

  test("with another substitute held since: the earlier hold's end ends nothing", async () => {
    const id = await lost(10);
    await hold(id, 1);
    await hold(id, 5);
    alone.wait(2 * hour);
    await alone.work();
    expect(await stateOf(id)).toEqual(["REASSIGNING", true, 1, 1]);
  });

  test("held beyond its start, after the process was down past its end: refunded all the same", async () => {
    const id = await lost(2);
    await hold(id, 20);
    alone.wait(9 * hour);
    await alone.work();
    expect(await stateOf(id)).toEqual(["CANCELLED", false, 0, 0]);
    expect(await subjectsOf(id)).toEqual(["lost_stylist", "substitute_held", "cancelled"]);
  });
});
