import { jetstream, jetstreamManager, RetentionPolicy, StorageType, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import { connect, nanos, type NatsConnection } from "@nats-io/transport-node";
import type { ChassisConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { streamOf } from "./fact.ts";

export type Bus = { nc: NatsConnection; js: JetStreamClient; jsm: JetStreamManager };

const dayMs = 86_400_000;

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
    pingInterval: 10_000,
  });
  void logStatus(nc, log);
  return { nc, js: jetstream(nc, { timeout: 2_000 }), jsm: await jetstreamManager(nc, { checkAPI: false, timeout: 2_000 }) };
}

async function logStatus(nc: NatsConnection, log: Log): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === "disconnect" || status.type === "reconnect") log.info({ nats: status.type }, "NATS connection");
  }
}

/** The stream of this service's own events, made when it is missing (also after the broker lost its disk). */
export async function ensureStream(bus: Bus, service: string): Promise<number> {
  const name = streamOf(service);
  try {
    return (await bus.jsm.streams.info(name)).state.last_seq;
  } catch {
    const info = await bus.jsm.streams.add({
      name,
      subjects: [`${service}.>`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      max_age: nanos(14 * dayMs),
      duplicate_window: nanos(10 * 60_000),
    });
    return info.state.last_seq;
  }
}
