import { randomUUID } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import type { Fact } from "@lacio/chassis/fact";

/** Publishes facts to JetStream as their owners' relays do, with an administrator's address. */
export async function startPublisher(natsUrl: string) {
  const { host, username, password } = new URL(natsUrl);
  const nc = await connect({ servers: host, user: username, pass: password });
  const js = jetstream(nc);
  return {
    /** Answers the event's id. With the same `id` it is a redelivery: without a message id JetStream does not deduplicate. */
    async publish(fact: Fact, id: string = randomUUID()): Promise<string> {
      const head = headers();
      head.set("ce-id", id);
      head.set("ce-type", fact.type);
      head.set("lacio-key", fact.key);
      head.set("x-request-id", `request of ${id}`);
      head.set("traceparent", `00-${id.replaceAll("-", "")}-00f067aa0ba902b7-01`);
      await js.publish(fact.subject, fact.payload, { headers: head });
      return id;
    },
    stop: () => nc.close(),
  };
}
