import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { AckPolicy, DeliverPolicy, type ConsumerMessages, type JsMsg } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { setTimeout as delay } from "node:timers/promises";
import type { Bus } from "./bus.ts";
import type { ChassisConfig } from "./config.ts";
import type { Database, Tx } from "./db.ts";
import { isOutage } from "./errors.ts";
import { streamOf, subjectOf } from "./fact.ts";
import { failpoint } from "./failpoint.ts";
import { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";
import { deadLetters, eventSeconds } from "./metrics.ts";
import { inEventSpan } from "./trace.ts";

/** Runs `work` in one transaction with the inbox row; does nothing when the event was handled before. */
export type Once = <T>(work: (tx: Tx) => Promise<T>) => Promise<T | undefined>;

/** Handles one event: ask others first, then `once`. Throw to have it delivered again. */
export type Handler<S extends DescMessage> = (event: MessageShape<S>, once: Once) => Promise<void>;

export type Subscription = { schema: DescMessage; handle: (event: never, once: Once) => Promise<void> };

export const on = <S extends DescMessage>(schema: S, handle: Handler<S>): Subscription => ({ schema, handle });

const backoffMs = [250, 1_000, 5_000, 15_000, 30_000, 60_000];
const lanes = 8;

/** One durable consumer per owner's stream; it acks after the commit, and what it does not know. */
export function startConsumers(config: ChassisConfig, db: Database, bus: Bus, log: Log, subscriptions: Subscription[]) {
  const bySubject = new Map(subscriptions.map((subscription) => [subjectOf(subscription.schema), subscription]));
  const owners = [...new Set([...bySubject.keys()].map((subject) => subject.split(".", 1)[0]!))];
  let stopped = false;
  const open = new Set<ConsumerMessages>();
  const running = owners.map(follow);

  async function follow(owner: string): Promise<void> {
    while (!stopped) {
      try {
        await drain(owner);
      } catch (error) {
        if (!stopped) log.debug({ err: error, owner }, "waiting for the stream");
      }
      if (!stopped) await delay(500);
    }
  }

  async function drain(owner: string): Promise<void> {
    await ensureConsumer(owner);
    const consumer = await bus.js.consumers.get(streamOf(owner), config.service);
    const messages = await consumer.consume({ max_messages: 64, idle_heartbeat: 5_000, abort_on_missing_resource: true });
    open.add(messages);
    const lane = new Lanes(lanes);
    try {
      for await (const message of messages) await lane.run(message.headers?.get("lacio-key") ?? "", () => deliver(message));
    } finally {
      open.delete(messages);
      await lane.idle();
    }
  }

  // A consumer that is ahead of its stream (the broker lost data) would skip events silently: make it anew, the inbox knows what is done.
  async function ensureConsumer(owner: string): Promise<void> {
    const stream = streamOf(owner);
    const { state } = await bus.jsm.streams.info(stream);
    const info = await bus.jsm.consumers.info(stream, config.service).catch(() => undefined);
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

  async function deliver(message: JsMsg): Promise<void> {
    const subscription = bySubject.get(message.subject);
    if (!subscription) return message.ack();
    await inEventSpan(message, async () => {
      const end = eventSeconds.startTimer({ subject: message.subject });
      const working = setInterval(() => message.working(), config.eventAckWaitMs / 3);
      try {
        end({ outcome: await handle(message, subscription) });
        failpoint("events.after_effect_before_ack");
        await message.ackAck();
      } catch (error) {
        end({ outcome: await fail(message, error) });
      } finally {
        clearInterval(working);
      }
    });
  }

  async function handle(message: JsMsg, { schema, handle }: Subscription): Promise<"done" | "repeated"> {
    const id = idOf(message);
    if ((await db.sql("select 1 from inbox where event_id = $1", [id], "inbox")).length > 0) return "repeated";
    const once: Once = (work) =>
      db.transact(async (tx) => {
        const first = await tx.sql("insert into inbox (event_id, subject) values ($1, $2) on conflict do nothing returning 1", [
          id,
          message.subject,
        ]);
        return first.length > 0 ? work(tx) : undefined;
      });
    await handle(fromBinary(schema, message.data) as never, once);
    log.info({ event: message.subject, event_id: id }, "handled");
    return "done";
  }

  async function fail(message: JsMsg, error: unknown): Promise<"retried" | "dead"> {
    const deliveries = message.info.deliveryCount;
    const outage = isOutage(error);
    log.warn(
      { err: error, event: message.subject, event_id: idOf(message), deliveries },
      outage ? "a server is away: trying again" : "an event failed",
    );
    if (outage || deliveries < config.eventMaxDeliveries) {
      message.nak(backoffMs[Math.min(deliveries, backoffMs.length) - 1]);
      return "retried";
    }
    try {
      await bury(message, error, deliveries);
      message.term();
      return "dead";
    } catch {
      message.nak(backoffMs.at(-1)); // not even the dead letter could be written
      return "retried";
    }
  }

  async function bury(message: JsMsg, error: unknown, deliveries: number): Promise<void> {
    const head = Object.fromEntries((message.headers?.keys() ?? []).map((key) => [key, message.headers!.get(key)]));
    await db.sql(
      `insert into dead_letter (event_id, subject, type, payload, headers, error, deliveries) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (event_id) do update set error = excluded.error, deliveries = excluded.deliveries, died_at = now(), replayed_at = null`,
      [
        idOf(message),
        message.subject,
        head["ce-type"] ?? "",
        Buffer.from(message.data),
        JSON.stringify(head),
        String(error).slice(0, 2_000),
        deliveries,
      ],
    );
    deadLetters.inc({ subject: message.subject });
    log.error({ err: error, event: message.subject, event_id: idOf(message) }, "an event is a dead letter now");
  }

  return {
    async stop() {
      stopped = true;
      for (const messages of open) messages.stop();
      await Promise.allSettled(running);
    },
  };
}

const idOf = (message: JsMsg): string => message.headers?.get("ce-id") || message.headers?.get("Nats-Msg-Id") || "";
