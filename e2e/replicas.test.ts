import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { serviceNames } from "@lacio/dev/environment";
import { startSystem, type System } from "@lacio/dev/system";
import { signUp, sql } from "@lacio/dev/testing";
import { quiet, toNats } from "./quiet.ts";
import { at, book, bookings, openSalon } from "./salon.ts";

// Replicas of the workers come and go while clients book and cancel.
const most = Number(process.env.REPLICA_STARTS ?? 5);
const starts = (service: string) => (service === "availability" || service === "notification" ? most : Math.min(most, 3));

let system: System;
beforeAll(async () => {
  system = await startSystem({ fsync: false, edge: false });
});
afterAll(() => system?.stop());

test("nothing is replayed, nothing is missing, nothing happens twice", async () => {
  let loading = true;
  const clients = [1, 2].map((day) => bookAndCancel(day, () => loading));
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
  for (const [name, { created }] of Object.entries(before)) expect([name, after[name]!.created]).toEqual([name, created]); // none was made anew
  for (const { reached, last } of Object.values(after)) expect(reached).toBe(last);
  for (const { events, handled } of await inboxes()) expect(handled).toBe(events);
});

async function bookAndCancel(day: number, goesOn: () => boolean): Promise<void> {
  const salon = await openSalon(system);
  const client = await signUp(system);
  while (goesOn()) {
    const { bookingId } = await book(system, client, salon, at(day, "10:00"));
    await bookings(system, client).cancelBooking({ bookingId });
  }
}

/** Every durable consumer: when it was made, how far it is, and where its stream ends. */
async function consumers(): Promise<Record<string, { created: string; reached: number; last: number }>> {
  const nats = await toNats(system);
  try {
    const jsm = await jetstreamManager(nats);
    const found: Record<string, { created: string; reached: number; last: number }> = {};
    for await (const { config, state } of jsm.streams.list())
      for await (const { name, created, delivered } of jsm.consumers.list(config.name))
        found[`${config.name} for ${name}`] = { created, reached: delivered.stream_seq, last: state.last_seq };
    return found;
  } finally {
    await nats.close();
  }
}

/** How many events of a kind there are, and how many of them a service has handled; for every kind that it knows. */
async function inboxes(): Promise<{ events: string; handled: string }[]> {
  const found = [];
  for (const service of serviceNames)
    for (const { subject, handled } of await sql<{ subject: string; handled: string }>(
      system,
      service,
      "select subject, count(*) as handled from inbox group by subject",
    )) {
      const owner = subject.split(".")[0]!;
      const [row] = await sql<{ events: string }>(system, owner, "select count(*) as events from outbox where subject = $1", [subject]);
      found.push({ subject: `${subject} for ${service}`, events: row!.events, handled });
    }
  return found;
}
