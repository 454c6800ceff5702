import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { ChassisConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { jetStreamPrefix } from "./streams.ts";

export type Bus = Broker & { js: JetStreamClient; jsm: JetStreamManager };

export type Broker = {
  nc: NatsConnection;
  /** `listener` is called after every reconnect: the broker may have lost data meanwhile, or have been restored from a backup. */
  onReconnect(listener: () => void): void;
};

/** A service's connection: publishes and consumes what its account may, and administers nothing. Waits for the broker as `openBroker` does. */
export async function openBus(config: Pick<ChassisConfig, "natsUrl" | "service">, log: Log, failed?: Failed): Promise<Bus> {
  const broker = await openBroker(config.natsUrl, config.service, log, failed);
  const options = { apiPrefix: jetStreamPrefix, timeout: 2_000 };
  return { ...broker, js: jetstream(broker.nc, options), jsm: await jetstreamManager(broker.nc, { ...options, checkAPI: false }) };
}

type Failed = (error: unknown) => void;

const reconnectMs = 500;

/** Connects to NATS and retries for ever, the first time too: while the broker is down this waits, and tells `failed` why. */
export async function openBroker(natsUrl: string, name: string, log: Log, failed: Failed = () => {}): Promise<Broker> {
  const url = new URL(natsUrl);
  const options: NodeConnectionOptions = {
    servers: url.host,
    user: decodeURIComponent(url.username) || undefined,
    pass: decodeURIComponent(url.password) || undefined,
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectMs,
    ignoreAuthErrorAbort: true, // a password that is refused twice may be one that is being changed
    // Of one attempt. The client does not notice a server that dies between INFO and its first PONG, and by default waits for 20 s.
    timeout: 3_000,
    pingInterval: 10_000,
  };
  const nc = await connected(options, failed);
  const listeners: (() => void)[] = [];
  void followStatus(nc, log, listeners);
  return { nc, onReconnect: (listener) => void listeners.push(listener) };
}

// Not by the client's `waitOnFirstConnect`, which does not say what it waits for.
async function connected(options: NodeConnectionOptions, failed: Failed): Promise<NatsConnection> {
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      failed(error);
    }
    await delay(reconnectMs);
  }
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
