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
  /** `listener` is called after every reconnect: the broker may have lost data meanwhile, or have been restored from a backup. */
  onReconnect(listener: () => void): void;
};

const dayMs = 86_400_000;

/** How long JetStream keeps an event, in days (`max_age` of the streams). */
export const streamKeepDays = 14;

/** Connects to NATS and retries for ever, the first time too: while the broker is down the start waits. */
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
    // Of one attempt. The client does not notice a server that dies between INFO and its first PONG, and by default waits for 20 s.
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

/** Creates the stream of this service's events if it is missing, also after the broker lost its disk. Answers its last sequence number. */
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
      duplicate_window: nanos(10 * 60_000), // deduplication by Nats-Msg-Id
    });
    return info.state.last_seq;
  }
}

/** Whether JetStream answered that the stream or consumer does not exist. Other errors (a timeout, no responders) leave that open. */
export const isMissing = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound);
