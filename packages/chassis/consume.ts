import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { JsMsg } from "@nats-io/jetstream";
import { validate } from "uuid";
import type { Bus } from "./bus.ts";
import type { ChassisConfig } from "./config.ts";
import type { Database, Tx } from "./db.ts";
import { isOutage } from "./errors.ts";
import { subjectOf } from "./fact.ts";
import { failpoint } from "./failpoint.ts";
import { followStream } from "./follow-stream.ts";
import type { Log } from "./log.ts";
import { deadLetters, eventSeconds } from "./metrics.ts";
import { causeOf } from "./private-data.ts";
import { inEventSpan } from "./trace.ts";

/** Runs `work` in one transaction with the event's inbox row. On a redelivery it runs nothing and answers undefined. */
export type Once = <T>(work: (tx: Tx) => Promise<T>) => Promise<T | undefined>;

/**
 * Handles one event, which is delivered at least once: remote calls first, then `once`. After a throw it is redelivered with backoff;
 * EVENT_MAX_FAILURES throws that are no outage make it a dead letter.
 */
export type Handler<S extends DescMessage> = (event: MessageShape<S>, once: Once) => Promise<void>;

export type Subscription = { schema: DescMessage; handle: (event: never, once: Once) => Promise<void> };

/** Subscribes `handle` to an event; the message type is its schema's. */
export const on = <S extends DescMessage>(schema: S, handle: Handler<S>): Subscription => ({ schema, handle });

const backoffMs = [250, 1_000, 5_000, 15_000, 30_000, 60_000];

/** One durable consumer per owner's stream, made by the provisioner, shared by all replicas. Acks after the commit. */
export function startConsumers(config: ChassisConfig, db: Database, bus: Bus, log: Log, subscriptions: Subscription[]) {
  const bySubject = new Map(subscriptions.map((subscription) => [subjectOf(subscription.schema), subscription]));
  const owners = [...new Set([...bySubject.keys()].map((subject) => subject.split(".", 1)[0]!))];
  for (const subject of bySubject.keys()) deadLetters.inc({ subject }, 0); // exported as 0, so that increase() sees the first one
  const unhandled = new Set<string>();
  const stopping = new AbortController();
  const running = owners.map((owner) => followStream(owner, config.service, bus, log, deliver, stopping.signal));

  async function deliver(message: JsMsg, ackWaitMs: number): Promise<void> {
    const subscription = bySubject.get(message.subject);
    if (!subscription) return giveBack(message);
    if (!validate(idOf(message)) || message.headers?.get("ce-type") !== subscription.schema.typeName) return refuseForeign(message);
    await inEventSpan(message, async () => {
      const end = eventSeconds.startTimer({ subject: message.subject });
      const working = setInterval(() => message.working(), ackWaitMs / 3); // extends the ack wait
      const outcome = await handle(message, subscription).catch((error: unknown) => fail(message, error));
      clearInterval(working);
      end({ outcome });
      if (outcome === "done" || outcome === "repeated") await ack(message);
    });
  }

  // During an update: a newer replica handles it. It is pending until then, so that an update that never ends has to be noticed.
  function giveBack(message: JsMsg): void {
    if (!unhandled.has(message.subject)) log.warn({ event: message.subject }, "an event that only a newer version handles is given back");
    unhandled.add(message.subject);
    message.nak(1_000);
  }

  // Without an outbox id, by which inbox and dead letters know it, or with another event's body it comes from no relay of ours: no redelivery
  // would help.
  function refuseForeign(message: JsMsg): void {
    deadLetters.inc({ subject: message.subject });
    log.error(
      { event: message.subject },
      "ALERT: an event without an outbox id, or with the body of another, is refused; find out who published it",
    );
    message.term();
  }

  async function handle(message: JsMsg, { schema, handle }: Subscription): Promise<"done" | "repeated"> {
    const id = idOf(message);
    // A redelivery renews the row's retention: an owner that lost its stream republishes what its outbox has, so the row must outlive that.
    const known = await db.sql("update inbox set handled_at = now() where event_id = $1 returning 1", [id], "inbox");
    if (known.length > 0) return "repeated";
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

  // After the commit a lost ack is no failure: the event is redelivered, and its inbox row makes that a no-op.
  async function ack(message: JsMsg): Promise<void> {
    failpoint("events.after_effect_before_ack");
    await message.ackAck().catch((error: unknown) => log.warn({ err: error, event_id: idOf(message) }, "an ack did not arrive"));
  }

  async function fail(message: JsMsg, error: unknown): Promise<"retried" | "dead"> {
    const event = { err: error, event: message.subject, event_id: idOf(message) };
    if (isOutage(error)) {
      log.warn(event, "a server is away: trying again");
      return retry(message, message.info.deliveryCount);
    }
    try {
      const failures = await countFailure(idOf(message));
      log.warn({ ...event, failures }, "an event failed");
      if (failures < config.eventMaxFailures) return retry(message, failures);
      await bury(message, error, failures);
    } catch (unwritten) {
      log.warn({ ...event, unwritten: causeOf(unwritten) }, "a failure could not be written down");
      return retry(message, message.info.deliveryCount); // the database is down: back off by deliveries
    }
    log.error(event, "an event is a dead letter now");
    message.term();
    return "dead";
  }

  function retry(message: JsMsg, times: number): "retried" {
    message.nak(backoffMs[Math.min(times, backoffMs.length) - 1]);
    return "retried";
  }

  // Counted in our database, because the broker's delivery count includes deliveries during outages.
  async function countFailure(id: string): Promise<number> {
    const [row] = await db.sql<{ failures: number }>(
      `insert into event_failure (event_id, failures) values ($1, 1)
       on conflict (event_id) do update set failures = event_failure.failures + 1, failed_at = now() returning failures`,
      [id],
    );
    return row!.failures;
  }

  async function bury(message: JsMsg, error: unknown, failures: number): Promise<void> {
    const head = Object.fromEntries((message.headers?.keys() ?? []).map((key) => [key, message.headers!.get(key)]));
    await db.sql(
      `with buried as (delete from event_failure where event_id = $1)
       insert into dead_letter (event_id, subject, type, payload, headers, error, failures) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (event_id) do update set error = excluded.error, failures = excluded.failures, died_at = now(), replayed_at = null`,
      [idOf(message), message.subject, head["ce-type"] ?? "", Buffer.from(message.data), JSON.stringify(head), causeOf(error), failures],
    );
    deadLetters.inc({ subject: message.subject });
  }

  return {
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
}

const idOf = (message: JsMsg): string => message.headers?.get("ce-id") || message.headers?.get("Nats-Msg-Id") || "";
