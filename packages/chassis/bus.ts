import {
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import { connect, nanos, type NatsConnection } from "@nats-io/transport-node";
import type { ChassisConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { streamOf } from "./fact.ts";

export type Bus = {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  /** `listener` is called whenever a lost connection is there again: the broker may have been another one, with other data. */
  onReconnect(listener: () => void): void;
};

const dayMs = 86_400_000;

/** How long JetStream keeps an event. */
export const streamKeepDays = 14;

/** Connects to NATS and never gives up: a broker that is away is only slow. */
export async function openBus(config: ChassisConfig, log: Log): Promise<Bus> {
  const url = new URL(config.natsUrl);
  const nc = await connect({
    servers: url.host,
    user: decodeURIComponent(url.username) || undefined,
    pass: decodeURIComponent(url.password) || undefined,
    name: config.service,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
    // A server that dies between its greeting and its first answer: the client does not notice, and would wait for 20 s each time.
    timeout: 3_000,
    pingInterval: 10_000,
  });
  const listeners: (() => void)[] = [];
  void followStatus(nc, log, listeners);
  return {
    nc,
    js: jetstream(nc, { timeout: 2_000 }),
    jsm: await jetstreamManager(nc, { checkAPI: false, timeout: 2_000 }),
    onReconnect: (listener) => void listeners.push(listener),
  };
}

async function followStatus(nc: NatsConnection, log: Log, listeners: (() => void)[]): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === "disconnect") log.warn({ nats: status.server }, "the connection to NATS is lost");
    if (status.type === "error") log.warn({ err: status.error }, "NATS reports an error");
    if (status.type !== "reconnect") continue;
    log.info({ nats: status.server }, "NATS is there again");
    for (const listener of listeners) listener();
  }
}

/** The stream of this service's own events, made when it is missing (also after the broker lost its disk). */
export async function ensureStream({ jsm }: Pick<Bus, "jsm">, service: string): Promise<number> {
  const name = streamOf(service);
  try {
    return (await jsm.streams.info(name)).state.last_seq;
  } catch (error) {
    if (!isMissing(error)) throw error;
    const info = await jsm.streams.add({
      name,
      subjects: [`${service}.>`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      max_age: nanos(streamKeepDays * dayMs),
      duplicate_window: nanos(10 * 60_000),
    });
    return info.state.last_seq;
  }
}

/** Whether JetStream says that it has no such stream or consumer: every other error tells nothing about what it has. */
export const isMissing = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound);
