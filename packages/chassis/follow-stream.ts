import { AckPolicy, DeliverPolicy, type JsMsg } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { setTimeout as delay } from "node:timers/promises";
import { isMissing, type Bus } from "./bus.ts";
import type { ChassisConfig } from "./config.ts";
import { streamOf } from "./fact.ts";
import { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";

const parallel = 8;
const pauseMs = 500;
const warnAt = 10; // failures in a row, 5 s, then every minute: owners may create their streams after their consumers start

/**
 * Reads the stream of `owner` through this service's durable consumer until `stopping`; after an error it starts again, every 500 ms.
 * Events of one aggregate are delivered one after another.
 */
export async function followStream(
  owner: string,
  config: ChassisConfig,
  bus: Bus,
  log: Log,
  deliver: (message: JsMsg) => Promise<void>,
  stopping: AbortSignal,
): Promise<void> {
  for (let failures = 1; !stopping.aborted; failures++) {
    try {
      await consume(() => (failures = 0));
    } catch (error) {
      if (stopping.aborted) return;
      log[failures % 120 === warnAt ? "warn" : "debug"]({ err: error, owner }, "events cannot be read: trying again");
    }
    await delay(pauseMs, undefined, { signal: stopping }).catch(() => {});
  }

  async function consume(subscribed: () => void): Promise<void> {
    await ensureConsumer();
    const consumer = await bus.js.consumers.get(streamOf(owner), config.service);
    const messages = await consumer.consume({ max_messages: 64, idle_heartbeat: 5_000, abort_on_missing_resource: true });
    const stop = () => messages.stop();
    stopping.addEventListener("abort", stop);
    if (stopping.aborted) stop(); // aborted while we subscribed
    subscribed();
    const lanes = new Lanes(parallel);
    try {
      for await (const message of messages) await lanes.run(message.headers?.get("lacio-key") ?? "", () => deliver(message));
    } finally {
      stopping.removeEventListener("abort", stop);
      await lanes.idle();
    }
  }

  // A consumer that is ahead of its stream (the broker lost data) would silently skip events: it is recreated, and the inbox deduplicates.
  // The consumer's state is read first: under traffic it would always be ahead of a stream's state that is older.
  async function ensureConsumer(): Promise<void> {
    const stream = streamOf(owner);
    const info = await bus.jsm.consumers.info(stream, config.service).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    const { state } = await bus.jsm.streams.info(stream);
    if (info && info.delivered.stream_seq <= state.last_seq) return;
    if (info) await bus.jsm.consumers.delete(stream, config.service);
    await bus.jsm.consumers.add(stream, {
      durable_name: config.service,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      filter_subject: `${owner}.>`,
      ack_wait: nanos(config.eventAckWaitMs),
      max_deliver: -1,
      max_ack_pending: 64,
    });
  }
}
