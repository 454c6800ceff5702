import { randomUUID } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { ensureStream } from "@lacio/chassis/bus";
import type { Fact } from "@lacio/chassis/fact";

/** Publishes facts to JetStream as their owners' relays do. The streams of `owners` are created at once, others with their first fact. */
export async function startPublisher(natsUrl: string, ...owners: string[]) {
  const { host, username, password } = new URL(natsUrl);
  const nc = await connect({ servers: host, user: username || undefined, pass: password || undefined });
  const bus = { nc, js: jetstream(nc), jsm: await jetstreamManager(nc) };
  for (const owner of owners) await ensureStream(bus, owner);
  return {
    /** Answers the event's id. With the same `id` it is a redelivery: without a message id JetStream does not deduplicate. */
    async publish(fact: Fact, id: string = randomUUID()): Promise<string> {
      await ensureStream(bus, fact.subject.split(".", 1)[0]!);
      const head = headers();
      head.set("ce-id", id);
      head.set("ce-type", fact.type);
      head.set("lacio-key", fact.key);
      head.set("x-request-id", `request of ${id}`);
      head.set("traceparent", `00-${id.replaceAll("-", "")}-00f067aa0ba902b7-01`);
      await bus.js.publish(fact.subject, fact.payload, { headers: head });
      return id;
    },
    stop: () => nc.close(),
  };
}
