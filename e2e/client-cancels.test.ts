import { describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { mails, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { balance, invoicesOf, mailsWith, price, sold, told } from "./invariants.ts";
import { provider } from "./provider.ts";
import { quiet } from "./quiet.ts";
import { reasonOf, rest, type Rest } from "./rest.ts";
import { at, book, changeSettings, ensureNumbering, openSalon, pay, zone, type Salon } from "./salon.ts";

type Booking = {
  bookingId: string;
  status: string;
  cancellation?: { by: string; reason: string; refund: { minorUnits: string } };
  policy: { freeUntilHours: number; lateRefundPercent: number };
  refundIfCancelled?: { minorUnits: string };
};

let system: System;
let salon: Salon;

await beforeTests(
  async () => {
    system = await startSystem({ fsync: false });
    await ensureNumbering(system);
    salon = await openSalon(system, { stylists: 1 });
  },
  () => system?.stop(),
);

async function sell(start: Date): Promise<{ client: SignedIn; bookingId: string; mine: Rest }> {
  const client = await signUp(system);
  const { bookingId } = await book(system, client, salon, start);
  await pay(system, client, bookingId);
  await sold(system, { bookingId, email: client.email });
  return { client, bookingId, mine: rest(system, client.accessToken) };
}

const bookingOf = async (mine: Rest, bookingId: string): Promise<Booking> =>
  (await mine.get<{ booking: Booking }>(`/v1/bookings/${bookingId}`)).body.booking;

/** One refund: at the provider, in the ledger, and on one mailed credit note. */
async function expectRefund({ client, bookingId }: { client: SignedIn; bookingId: string }, amount: number): Promise<void> {
  await until(async () => (await told(system, "invoice.credit_note_issued", bookingId)) > 0, { timeoutMs: 60_000 });
  await quiet(system);
  expect(await provider(system).money(bookingId)).toEqual({ received: [price], refunded: [amount] });
  expect(await balance(system, bookingId)).toEqual({ stripe_clearing: price - amount, client_deposits: amount - price });
  const documents = await invoicesOf(system, bookingId);
  expect(documents).toMatchObject([
    { kind: "INVOICE", total: String(price) },
    { kind: "CREDIT_NOTE", total: String(amount) },
  ]);
  expect(await mailsWith(system, client.email, documents[1]!.number_text)).toHaveLength(1);
  const attached = (await mails(system, client.email)).flatMap(({ attachments }) => attachments);
  const note = attached.find(({ name }) => name === `${documents[1]!.number_text}.pdf`)!;
  expect([note.contentType, note.bytes.subarray(0, 5).toString()]).toEqual(["application/pdf", "%PDF-"]);
}

async function freeSlots(start: Date): Promise<number[]> {
  const date = start.toISOString().slice(0, 10);
  const query = `serviceId=${salon.serviceId}&staffId=${salon.staffIds[0]}&date=${date}`;
  return (await rest(system).get<{ slots: { start: string }[] }>(`/v1/availability?${query}`)).body.slots.map((slot) =>
    Date.parse(slot.start),
  );
}

test("a client who moves a visit leaves the old slot to others", async () => {
  const [from, to] = [at(4, "10:00"), at(4, "16:00")];
  const { mine, bookingId } = await sell(from);
  const moved = await mine.post<{ booking: Booking }>(`/v1/bookings/${bookingId}/reschedule`, { desiredStart: to.toISOString() });
  expect([moved.status, moved.body.booking.status]).toEqual([200, "CONFIRMED"]);
  await until(async () => {
    const free = await freeSlots(from);
    return free.includes(from.getTime()) && !free.includes(to.getTime());
  });
  await book(system, await signUp(system), salon, from);
});

describe("a client who cancels", () => {
  test("before the limit gets everything back, as was shown, and cancels once", async () => {
    const visit = await sell(at(3, "14:00"));
    expect((await bookingOf(visit.mine, visit.bookingId)).refundIfCancelled).toMatchObject({ minorUnits: String(price) });
    await visit.mine.post(`/v1/bookings/${visit.bookingId}/cancel`);
    const again = await visit.mine.post(`/v1/bookings/${visit.bookingId}/cancel`);
    expect([again.status, reasonOf(again)]).toEqual([400, "already_cancelled"]);
    await expectRefund(visit, price);
  });

  test("after the limit gets half of it, by the policy of the day of booking", async () => {
    const visit = await sell(await withinADay());
    await changeSettings(system, { freeUntilHours: 0, lateRefundPercent: 0 });
    const seen = await bookingOf(visit.mine, visit.bookingId);
    expect(seen).toMatchObject({
      policy: { freeUntilHours: 24, lateRefundPercent: 50 },
      refundIfCancelled: { minorUnits: String(price / 2) },
    });
    const answer = await visit.mine.post<{ booking: Booking }>(`/v1/bookings/${visit.bookingId}/cancel`);
    expect(answer.body.booking.cancellation).toMatchObject({ by: "CLIENT", refund: { minorUnits: String(price / 2) } });
    await expectRefund(visit, price / 2);
  });

  test("after the limit gets everything back when the policy of the day of booking says so", async () => {
    const visit = await sell(await withinADay()); // the test above has made cancelling free until the start
    expect((await bookingOf(visit.mine, visit.bookingId)).policy.freeUntilHours ?? 0).toBe(0);
    await visit.mine.post(`/v1/bookings/${visit.bookingId}/cancel`);
    await expectRefund(visit, price);
  });

  // The salon is open for twelve hours of any day, so there is such a slot at any time.
  async function withinADay(): Promise<Date> {
    const today = Temporal.Now.plainDateISO(zone);
    const days = `date=${today}&toDate=${today.add({ days: 1 })}`;
    const url = `/v1/availability?serviceId=${salon.serviceId}&staffId=${salon.staffIds[0]}&${days}`;
    const { slots } = (await rest(system).get<{ slots: { start: string }[] }>(url)).body;
    const edge = Date.now() + 130 * 60_000; // who books an hour that has just become too near, two hours ahead, is refused
    const slot = slots.find(({ start }) => Date.parse(start) > edge)!;
    expect(Date.parse(slot.start)).toBeLessThan(Date.now() + 24 * 3_600_000);
    return new Date(slot.start);
  }
});
