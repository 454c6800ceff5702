import { setTimeout as delay } from "node:timers/promises";
import express from "express";
import type { Bus } from "./bus.ts";
import type { Database } from "./db.ts";
import { overview, stuck, type Overview } from "./job-rows.ts";
import { jobLagSeconds, jobsWaiting, register } from "./metrics.ts";

const measureMs = 1_000;

type Ops = {
  db: Database;
  bus: Bus;
  now: () => Date;
  draining: () => boolean;
  /** Sets the service's own gauges, before each scrape. */
  measure: () => Promise<void>;
};

/**
 * /livez: liveness. /readyz: readiness (database and broker, checked at most once a second; not while draining). /metrics: Prometheus.
 * /jobs: counts, lag and the worst errors of the service's jobs, by kind; /jobs/<kind>: each that is dead or has failed (at most 1,000).
 */
export function opsApp({ db, bus, now, draining, measure }: Ops) {
  const jobs = () => db.sql<Overview>(overview, [now()]);
  const app = express();
  app.disable("x-powered-by");
  let checkedAt = 0;
  let problems: string[] = [];
  app.get("/livez", (_, res) => void res.send("ok"));
  app.get("/readyz", async (_, res) => {
    if (Date.now() - checkedAt > 1_000) {
      problems = await check(db, bus);
      checkedAt = Date.now();
    }
    const reasons = draining() ? ["draining", ...problems] : problems;
    res.status(reasons.length > 0 ? 503 : 200).json({ ready: reasons.length === 0, problems: reasons });
  });
  app.get("/jobs", async (_, res) => void res.json(await jobs()));
  app.get("/jobs/:kind", async (req, res) => void res.json(await db.sql(stuck, [req.params.kind])));
  app.get("/metrics", async (_, res) => {
    // While the database is down or slow, the metrics that do not need it are served all the same.
    await Promise.race([Promise.allSettled([jobs().then(measureJobs), measure()]), delay(measureMs)]);
    res.type(register.contentType).send(await register.metrics());
  });
  return app;
}

function measureJobs(kinds: Overview[]): void {
  jobsWaiting.reset();
  jobLagSeconds.reset();
  for (const { kind, lagSeconds, waiting, due, running, failing, dead } of kinds) {
    for (const [state, count] of Object.entries({ waiting, due, running, failing, dead })) jobsWaiting.set({ kind, state }, count);
    jobLagSeconds.set({ kind }, lagSeconds);
  }
}

async function check(db: Database, bus: Bus): Promise<string[]> {
  const database = await db.pool.query("select 1").then(
    () => [],
    (error: Error) => [`database: ${error.message}`],
  );
  return [...database, ...(bus.nc.isClosed() || !bus.nc.info ? ["nats: not connected"] : [])];
}
