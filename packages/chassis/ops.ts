import { setTimeout as delay } from "node:timers/promises";
import express from "express";
import type { Database } from "./db.ts";
import { overview, stuck, type Overview } from "./job-rows.ts";
import type { Readiness } from "./readiness.ts";
import { jobLagSeconds, jobsWaiting, register } from "./metrics.ts";

const measureMs = 1_000;

type Ops = {
  db: Database;
  readiness: Readiness;
  now: () => Date;
  /** Sets the service's own gauges, before each scrape. */
  measure: () => Promise<void>;
};

/**
 * /livez: liveness. /readyz: readiness, and what is missing (readiness.ts). /metrics: Prometheus.
 * /jobs: counts, lag and the worst errors of the service's jobs, by kind; /jobs/<kind>: each that is dead or has failed (at most 1,000).
 */
export function opsApp({ db, readiness, now, measure }: Ops) {
  const jobs = () => db.sql<Overview>(overview, [now()]);
  const app = express();
  app.disable("x-powered-by");
  app.get("/livez", (_, res) => void res.send("ok"));
  app.get("/readyz", async (_, res) => {
    const problems = await readiness.problems();
    res.status(problems.length > 0 ? 503 : 200).json({ ready: problems.length === 0, problems });
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
