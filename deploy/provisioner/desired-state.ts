import { AckPolicy, DeliverPolicy, RetentionPolicy, StorageType, type ConsumerConfig, type StreamConfig } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Permissions } from "@lacio/chassis/permissions";
import { streamKeepDays, streamOf } from "@lacio/chassis/streams";

export type DesiredStream = { stream: Named<StreamConfig>; consumers: Durable[] };
export type Durable = Partial<ConsumerConfig> & { durable_name: string };
type Named<T> = Partial<T> & { name: string };

/** The oldest nats-server whose consumers take a list of subjects. */
export const floor = "2.10.0";
/** Of an event that a consumer neither acks nor extends. */
export const defaultAckWaitMs = 10_000;

export type Wishes = {
  ackWaitMs?: number;
  /**
   * Servers that hold each stream, 1, 3 or 5 (https://docs.nats.io/nats-concepts/jetstream/streams): at most as many as the cluster has. Without
   * it a new stream has one, and those that are there keep as many as they have: who forgets it once does not lose copies.
   */
  replicas?: number;
};

const dayMs = 86_400_000;

/** The stream of each owner that publishes or is listened to, and a durable consumer in it for each service that reacts to its facts. */
export function desiredState(services: Record<string, Permissions>, wishes: Wishes = {}): DesiredStream[] {
  const { ackWaitMs = defaultAckWaitMs, replicas } = wishes;
  const consumed = Object.values(services).flatMap(({ consumes }) => consumes.map(ownerOf));
  const owners = Object.keys(services).filter((name) => services[name]!.publishes.length > 0 || consumed.includes(name));
  return owners.map((owner) => ({
    stream: streamFor(owner, replicas),
    consumers: Object.entries(services)
      .map(([name, { consumes }]) => consumerFor(name, consumes.filter((subject) => ownerOf(subject) === owner).toSorted(), ackWaitMs))
      .filter(({ filter_subjects }) => filter_subjects!.length > 0),
  }));
}

// All subjects of the owner: what was published under a subject that the table no longer has stays readable. The owner's account decides
// what it may publish.
const streamFor = (owner: string, replicas?: number): DesiredStream["stream"] => ({
  name: streamOf(owner),
  subjects: [`${owner}.>`],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  ...(replicas && { num_replicas: replicas }), // of its consumers, too: they have none of their own
  max_age: nanos(streamKeepDays * dayMs),
  duplicate_window: nanos(10 * 60_000), // deduplication by Nats-Msg-Id
});

const consumerFor = (service: string, subjects: string[], ackWaitMs: number): Durable => ({
  durable_name: service,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  filter_subjects: subjects,
  ack_wait: nanos(ackWaitMs),
  max_deliver: -1,
  // Of what waits for a newer replica or for its next try, too: the broker delivers nothing more once so many are pending. What a replica has
  // at a time is bounded by itself (follow-stream.ts).
  max_ack_pending: 1_000,
});

const ownerOf = (subject: string): string => subject.split(".", 1)[0]!;
