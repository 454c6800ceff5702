import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, signUp, sql, trustEdge, until, type SignedIn } from "@lacio/testkit/testing";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import fc from "fast-check";
import { price } from "./invariants.ts";
import { accountsOf, pageOf, pesos } from "./money/at-rest.ts";
import { closeDisputes, histories, known, live, type History, type Party } from "./money/history.ts";
import { provider } from "./provider.ts";
import { quiet } from "./quiet.ts";
import { at, book, bookings, ensureNumbering, openSalon, payments, type Salon } from "./salon.ts";

// Histories run in batches, one per webhook fault: sixty one by one would take an hour.
const webhooks = [
  { webhooks: "deliver" },
  { webhooks: "drop" },
  { webhooks: "duplicate", copies: 3 },
  { webhooks: "delay", delayMs: 1_500 },
  { webhooks: "reorder", delayMs: 700 },
];
const count = Number(process.env.MONEY_HISTORIES ?? 60);
const seed = Number(process.env.MONEY_SEED ?? Date.now());
const all = [...known, ...fc.sample(histories, { numRuns: count - known.length, seed })];
const batches = webhooks.map((faults, index) => ({ faults, batch: all.filter((_, n) => n % webhooks.length === index) }));

let system: System;
let salon: Salon;
let admin: string;
let taken = 0;
await beforeTests(
  async () => {
    const env = { ACCESS_TOKEN_MINUTES: "60" }; // five hundred histories take half an hour
    system = await startSystem({ fsync: false, web: true, env, edge: { accountCallsPerMinute: 10_000, loginsPerMinute: 10_000 } });
    trustEdge(system);
    await ensureNumbering(system);
    salon = await openSalon(system, { phases: [30], stylists: Math.ceil(count / 60) });
    admin = await adminToken(system);
  },
  () => system?.stop(),
);

test.each(batches)(
  "money: told is what happened, for histories under webhooks that $faults.webhooks",
  async ({ faults, batch }) => {
    for (let from = 0; from < batch.length; from += 25) {
      const part = batch.slice(from, from + 25);
      const parties = await holdAll(part);
      await provider(system).faults(faults);
      await Promise.all(part.map((history, n) => live(system, admin, parties[n]!, history)));
      await comeToRest(part, parties);
      for (const [n, history] of part.entries()) await expectAgreement(parties[n]!, history);
    }
  },
  1_200_000,
);

async function expectAgreement(party: Party, history: History): Promise<void> {
  const { said, refunded, owed } = await accountsOf(system, party);
  const off = Object.entries(said).filter(([, [one, other]]) => one !== other);
  expect({ seed, history, off }).toEqual({ seed, history, off: [] });
  const page = await pageOf(system, party);
  expect(page).toContain("Qué ha pasado");
  if (refunded > 0) expect(page).toContain(`Te devolvimos ${pesos(refunded)}`);
  if (owed > 0) expect(page).toContain(`Te debemos ${pesos(owed)}`);
  if (refunded === 0) expect(page).not.toContain("Te devolvimos $");
}

/** Bookings in the next days, too soon for the legal right of withdrawal; those with `late` are past free cancellation and refund half. */
async function holdAll(part: History[]): Promise<Party[]> {
  const parties: Party[] = [];
  let client: SignedIn | undefined;
  for (const [n, { late }] of part.entries()) {
    if (n % 5 === 0) client = await signUp(system); // MAX_OPEN_HOLDS is five per client
    const slot = taken++;
    const staffId = salon.staffIds[Math.floor(slot / 60) % salon.staffIds.length]!;
    const start = new Date(at(2 + Math.floor((slot % 60) / 20), "08:00").getTime() + (slot % 20) * 30 * 60_000);
    const { bookingId } = await book(system, client!, { ...salon, staffIds: [staffId] }, start);
    if (late) await sql(system, "booking", "update booking set free_until_hours = 1000 where id = $1", [bookingId]);
    parties.push({ client: client!, bookingId, staffId, price });
  }
  return parties;
}

/** Waits until all webhooks are delivered or reconciled, disputes are closed and the system is quiet. */
async function comeToRest(part: History[], parties: Party[]): Promise<void> {
  await provider(system).faults({});
  const agreed = async () => {
    const { repaired, failed } = await clientFor(PaymentsService, system, admin).reconcile({});
    return repaired === 0 && failed === 0;
  };
  await until(agreed, { timeoutMs: 60_000 });
  for (const [n, { client, bookingId }] of parties.entries()) {
    const {
      payments: [payment],
    } = await payments(system, client).listPayments({ bookingId });
    await closeDisputes(system, payment!.paymentId, part[n]!.salonWins);
    const booking = async () => (await bookings(system, client).getBooking({ bookingId })).booking!;
    await until(async () => (await booking()).status !== Booking_Status.PENDING_PAYMENT, { timeoutMs: 60_000 });
  }
  await quiet(system);
  await until(agreed, { timeoutMs: 60_000 });
  await quiet(system);
}
