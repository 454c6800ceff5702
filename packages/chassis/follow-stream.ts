import type { JsMsg } from "@nats-io/jetstream";
import { millis } from "@nats-io/transport-node";
import { setTimeout as delay } from "node:timers/promises";
import type { Bus } from "./bus.ts";
import { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";
import { streamOf } from "./streams.ts";

const parallel = 8;
const pauseMs = 500;
const warnAt = 10; // failures in a row, 5 s, then every minute: the provisioner may make the consumer after we start

/**
 * Reads the stream of `owner` through the durable consumer of `service` until `stopping`; after an error it starts again, every 500 ms.
 * Events of one aggregate are delivered one after another, each with the time within which it has to be acked or extended.
 */
export async function followStream(
  owner: string,
  service: string,
  bus: Bus,
  log: Log,
  deliver: (message: JsMsg, ackWaitMs: number) => Promise<void>,
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
    const consumer = await bus.js.consumers.get(streamOf(owner), service);
    const ackWaitMs = millis((await consumer.info(true)).config.ack_wait!);
    const messages = await consumer.consume({ max_messages: 64, idle_heartbeat: 5_000, abort_on_missing_resource: true });
    const stop = () => messages.stop();
    stopping.addEventListener("abort", stop);
    if (stopping.aborted) stop(); // aborted while we subscribed
    subscribed();
    const lanes = new Lanes(parallel);
    try {
      for await (const message of messages) await lanes.run(message.headers?.get("lacio-key") ?? "", () => deliver(message, ackWaitMs));
    } finally {
      stopping.removeEventListener("abort", stop);
      await lanes.idle();
    }
  }
}
