import { expect, jest, test } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { beforeTests } from "@lacio/testkit/before-tests";
import { serviceNames } from "@lacio/testkit/environment";
import { startSystem, type System } from "@lacio/testkit/system";
import { signUp, sql } from "@lacio/testkit/testing";
import { quiet, toNats } from "./quiet.ts";
import { at, book, bookings, openSalon } from "./salon.ts";

// Starts and stops worker replicas, two at a time, while clients book and cancel. `REPLICA_STARTS=50 npm test -- e2e/replicas` runs it longer.
const most = Number(process.env.REPLICA_STARTS ?? 1);
const starts = (service: string) => (service === "availability" || service === "notification" ? most : Math.min(most, 3));
jest.setTimeout(120_000 + most * 15_000);

let system: System;
await beforeTests(
  async () => {
    system = await startSystem({ fsync: false, edge: false });
  },
  () => system?.stop(),
);

test("nothing is replayed, nothing is missing, nothing happens twice", async () => {
  let loading = true;
  const clients = [1, 2].map(() => bookAndCancel(() => loading));
  const before = await consumers();
  for (const service of serviceNames) {
    for (let n = 0; n < starts(service); n++) {
      const pair = await Promise.all([1, 2].map(() => system.startReplica(service, { LACIO_ROLES: "events" })));
      await Promise.all(pair.map((replica) => replica.stop()));
    }
  }
  loading = false;
  await Promise.all(clients);
  await quiet(system);

  const after = await consumers();
  for (const [name, { created }] of Object.entries(before)) expect([name, after[name]!.created]).toEqual([name, created]); // no consumer was recreated
  for (const [name, { left }] of Object.entries(after)) expect([name, left]).toEqual([name, 0]);
  // Other services may ignore events that do not concern them; availability handles every event of its subjects.
  for (const { service, events, handled } of await inboxes())
    if (service === "availability") expect(handled).toBe(events);
    else expect(handled).toBeLessThanOrEqual(events);
});

/** A different hour each time, because availability is eventually consistent after a cancellation. */
async function bookAndCancel(goesOn: () => boolean): Promise<void> {
  const salon = await openSalon(system);
  const client = await signUp(system);
  for (let n = 0; goesOn(); n++) {
    const { bookingId } = await book(system, client, salon, at(1 + (Math.floor(n / 10) % 300), `${10 + (n % 10)}:00`));
    await bookings(system, client).cancelBooking({ bookingId });
  }
}

/** Every durable consumer: its creation time, and how many events it has before it. */
async function consumers(): Promise<Record<string, { created: string; left: number }>> {
  const nats = await toNats(system);
  try {
    const jsm = await jetstreamManager(nats);
    const found: Record<string, { created: string; left: number }> = {};
    for await (const { config } of jsm.streams.list())
      for await (const { name, created, num_pending, num_ack_pending } of jsm.consumers.list(config.name))
        found[`${config.name} for ${name}`] = { created, left: num_pending + num_ack_pending };
    return found;
  } finally {
    await nats.close();
  }
}

/** Per service and subject that it consumes: the number of events, and of those in its inbox. */
async function inboxes(): Promise<{ service: string; events: number; handled: number }[]> {
  const found = [];
  for (const service of serviceNames) {
    const kinds = await sql<{ subject: string; handled: string }>(
      system,
      service,
      "select subject, count(*) as handled from inbox group by 1",
    );
    for (const { subject, handled } of kinds) {
      const counted = "select count(*) as events from outbox where subject = $1";
      const [row] = await sql<{ events: string }>(system, subject.split(".")[0]!, counted, [subject]);
      found.push({ service, events: Number(row!.events), handled: Number(handled) });
    }
  }
  return found;
}
