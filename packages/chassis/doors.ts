import type { Bus } from "./bus.ts";
import type { ChassisConfig } from "./config.ts";
import { startConsumers } from "./consume.ts";
import type { Database } from "./db.ts";
import type { followEndedSessions } from "./ended-sessions.ts";
import { serveHttp } from "./http.ts";
import { createWorker } from "./job-worker.ts";
import type { Job } from "./jobs.ts";
import type { KeySets } from "./keys.ts";
import { startLead } from "./lead.ts";
import type { Log } from "./log.ts";
import type { Parts } from "./parts.ts";
import { purge } from "./purge.ts";
import { relayOutbox } from "./relay.ts";
import { serveRpc } from "./serve.ts";
import { wakeSubject } from "./streams.ts";

/** By what callers are known. */
export type Guards = { keys: KeySets; ended: ReturnType<typeof followEndedSessions> };

type Inside = { config: ChassisConfig; log: Log; db: Database; bus: Bus; now: () => Date; guards?: Guards; serving: () => boolean };

/** Starts what this process's roles do: relay and jobs, events, calls. Answers how to stop it, in reverse. @throws when a port is taken */
export async function openDoors<Config, App>(inside: Inside, parts: Parts<Config, App>, app: App): Promise<() => Promise<void>> {
  const { config, log, db, bus, now, guards, serving } = inside;
  const stops: (() => Promise<unknown>)[] = [];
  if (config.roles.includes("timers")) {
    const lead = startLead(config, log, relayOutbox(config, db, bus, log));
    const purging: Job = { name: "purge", everySeconds: 3_600, run: () => purge(db, config.outboxKeepDays, now()) };
    const worker = createWorker({ config, db, log, now }, [...(parts.jobs?.(app) ?? []), purging]);
    db.onJob(worker.wake);
    bus.nc.subscribe(wakeSubject(config.service), { callback: () => worker.wake() });
    stops.push(() => lead.stop(), worker.start());
  } else {
    // A hint to the replicas with the role `timers`, at most once: a lost one costs a poll interval.
    db.onJob((at) => {
      if (at <= now() && !bus.nc.isClosed() && !bus.nc.isDraining()) bus.nc.publish(wakeSubject(config.service));
    });
  }
  if (config.roles.includes("events") && parts.subscriptions) {
    const consumers = startConsumers(config, db, bus, log, parts.subscriptions(app));
    stops.push(() => consumers.stop());
  }
  if (guards) {
    stops.push(() => guards.ended.stop());
    const rpc = await serveRpc({ config, db, log, ...guards, clean: parts.clean }, parts.service, parts.routes(app), serving);
    stops.push(() => rpc.stop());
    if (parts.http) {
      const http = await serveHttp(parts.http(app), config.httpPort, config.bindAddress);
      stops.push(() => http.stop());
    }
  }
  return async () => {
    for (const stop of stops.reverse()) await stop();
  };
}
