import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import type { SystemDescription } from "@lacio/testkit/system";
import { sql, until } from "@lacio/testkit/testing";

/** Waits until no work is pending in any service, so that a count of effects is final. */
export async function quiet(system: SystemDescription): Promise<void> {
  // Twice, because work moves between services and may reach one that was already checked.
  const look = async () => [...(await waiting(system)), ...(await waiting(system))];
  await until(
    async () => {
      const left = await look();
      if (left.length > 0) throw new Error(`still at work: ${left.join(", ")}`);
      return true;
    },
    { timeoutMs: 60_000 },
  );
}

// What repeats, or only watches, is never done.
const lasting = ["settle-payment", "compare-payment", "complete-visit"];
// A deadline that is to come is no work. What repeats has no key, nor has "plan", which is asked for, too.
const deadlines = ["decide", "watch-lost-visit"];
const owed = `select kind, key, at, claim is not null as held, tries, failures, deaths, dead_at, error from job
  where (key <> '' or kind = 'plan' and (at <= now() or claim is not null)) and kind <> all('{${lasting.join()}}')
    and not (kind = any('{${deadlines.join()}}') and at > now() and failures = 0 and claim is null)`;

async function waiting(system: SystemDescription): Promise<string[]> {
  const found: string[] = await waitingEvents(system);
  for (const service of Object.keys(system.databaseUrls)) {
    if ((await sql(system, service, "select 1 from outbox where published_at is null")).length > 0) found.push(`${service}'s outbox`);
    for (const job of await sql(system, service, owed)) found.push(`${service}'s ${JSON.stringify(job)}`);
  }
  return found;
}

async function waitingEvents(system: SystemDescription): Promise<string[]> {
  const nats = await toNats(system);
  try {
    const jsm = await jetstreamManager(nats);
    const found: string[] = [];
    for await (const { config } of jsm.streams.list())
      for await (const { name, num_pending, num_ack_pending } of jsm.consumers.list(config.name))
        if (name in system.databaseUrls && num_pending + num_ack_pending > 0) found.push(`${config.name} for ${name}`);
    return found;
  } finally {
    await nats.close();
  }
}

export function toNats({ urls }: SystemDescription) {
  const { host, username, password } = new URL(urls.nats!);
  return connect({ servers: host, user: username, pass: password });
}
