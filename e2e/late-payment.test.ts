import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { expectNoOverlap, expectSoldOnce, invoicesOf, balance, price, sold, statusOf, told } from "./invariants.ts";
import { provider } from "./provider.ts";
import { quiet } from "./quiet.ts";
import { at, book, decide, ensureNumbering, openSalon, payments, type Salon } from "./salon.ts";

type Late = { client: SignedIn; bookingId: string; start: Date };

let system: System;
let salon: Salon;
let late: Late[];

const free = () => late.filter((_, n) => n % 2 === 0);
const taken = () => late.filter((_, n) => n % 2 === 1);

// Twenty clients pay while the payments service is down; their holds expire, and half of the slots are booked by others. Then it restarts.
await beforeTests(
  async () => {
    system = await startSystem({ fsync: false });
    await ensureNumbering(system);
    salon = await openSalon(system, { phases: [30] });
    late = await holdAll(20);
    const checkouts = [];
    for (const { client, bookingId } of late) checkouts.push(await payments(system, client).startPayment({ bookingId }));
    await system.process("payments").kill();
    for (const { checkoutUrl } of checkouts) await decide(checkoutUrl, "approve");
    await sql(system, "booking", "update booking set expires_at = now() where status = 'PENDING_PAYMENT'");
    for (const { bookingId } of late) await until(async () => (await statusOf(system, bookingId)) === "EXPIRED");
    await holdAgain(taken());
    await system.process("payments").restart();
  },
  () => system?.stop(),
);

async function holdAll(count: number): Promise<Late[]> {
  const held: Late[] = [];
  let client = await signUp(system);
  for (let n = 0; n < count; n++) {
    if (n % 5 === 0) client = await signUp(system); // MAX_OPEN_HOLDS is five per client
    const start = new Date(at(1, "08:00").getTime() + n * 30 * 60_000);
    held.push({ client, start, bookingId: (await book(system, client, salon, start)).bookingId });
  }
  return held;
}

async function holdAgain(bookings: Late[]): Promise<void> {
  let client = await signUp(system);
  for (const [n, { start }] of bookings.entries()) {
    if (n % 5 === 0) client = await signUp(system);
    await book(system, client, salon, start);
  }
}

test("a payment that finds the slot free gets it back", async () => {
  for (const { bookingId, client } of free()) await sold(system, { bookingId, email: client.email });
});

test("a payment that finds the slot taken is refunded in full within a minute", async () => {
  const refunded = async () => {
    for (const { bookingId } of taken()) expect(await provider(system).money(bookingId)).toEqual({ received: [price], refunded: [price] });
    return true;
  };
  await until(refunded, { timeoutMs: 60_000 });
});

test("each payment ends in exactly one of the two", async () => {
  await quiet(system);
  for (const { bookingId, client } of free()) await expectSoldOnce(system, { bookingId, email: client.email });
  for (const { bookingId } of taken())
    expect({
      status: await statusOf(system, bookingId),
      money: await provider(system).money(bookingId),
      books: await balance(system, bookingId),
      paid: await told(system, "booking.paid", bookingId),
      refunded: await told(system, "payments.refunded", bookingId),
      invoices: await invoicesOf(system, bookingId),
    }).toEqual({
      status: "EXPIRED",
      money: { received: [price], refunded: [price] },
      books: { stripe_clearing: 0, client_deposits: 0, owed_to_clients: 0 },
      paid: 0,
      refunded: 1,
      invoices: [],
    });
  await expectNoOverlap(system);
});
