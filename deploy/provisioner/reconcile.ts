import { isDeepStrictEqual } from "node:util";
import { JetStreamApiCodes, JetStreamApiError, type ConsumerInfo, type JetStreamManager } from "@nats-io/jetstream";
import type { Durable, DesiredStream } from "./desired-state.ts";

/** Makes a stream and its consumers what is wanted, and says what it changed. Consumers whose names are none of `ours` are left alone. */
export async function reconcile(jsm: JetStreamManager, { stream, consumers }: DesiredStream, ours: string[]): Promise<string[]> {
  const changes: string[] = [];
  // Consumers are read before their stream: under traffic they would always be ahead of a stream's state that is older.
  const found = await consumersOf(jsm, stream.name);
  const { config, state } =
    (await jsm.streams.info(stream.name).catch(unlessMissing)) ?? (await changed("was missing", jsm.streams.add(stream)));
  if (differs(config, stream)) await changed("was another", jsm.streams.update(stream.name, stream));
  for (const consumer of consumers) {
    const name = consumer.durable_name;
    const info = found.find((one) => one.name === name);
    if (!info) await changed(`had no consumer ${name}`, jsm.consumers.add(stream.name, consumer));
    // The broker lost data: the consumer would silently skip what comes next.
    else if (info.delivered.stream_seq > state.last_seq) await changed(`was behind ${name}`, resetConsumer(jsm, stream.name, consumer));
    else if (differs(info.config, consumer))
      await changed(`had another consumer ${name}`, jsm.consumers.update(stream.name, name, consumer));
  }
  for (const { name } of found)
    if (ours.includes(name) && !consumers.some(({ durable_name }) => durable_name === name))
      await changed(`is no longer read by ${name}`, jsm.consumers.delete(stream.name, name));
  return changes;

  async function changed<T>(what: string, work: Promise<T>): Promise<T> {
    const answer = await work;
    changes.push(`${stream.name} ${what}`);
    return answer;
  }
}

/** The consumer reads its stream from the start again: inboxes deduplicate. */
export async function resetConsumer(jsm: JetStreamManager, stream: string, consumer: Durable): Promise<void> {
  await jsm.consumers.delete(stream, consumer.durable_name).catch(unlessMissing);
  await jsm.consumers.add(stream, consumer);
}

async function consumersOf(jsm: JetStreamManager, stream: string): Promise<ConsumerInfo[]> {
  const found: ConsumerInfo[] = [];
  try {
    for await (const info of jsm.consumers.list(stream)) found.push(info);
  } catch (error) {
    unlessMissing(error);
  }
  return found;
}

/** The broker's answer has more fields than the wish. */
const differs = (is: object, wish: object) =>
  Object.entries(wish).some(([name, value]) => !isDeepStrictEqual((is as Record<string, unknown>)[name], value));

/** Other errors (a timeout, no responders) leave open whether it exists. */
function unlessMissing(error: unknown): undefined {
  const missing: number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound];
  if (!(error instanceof JetStreamApiError) || !missing.includes(error.code)) throw error;
}
