import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from "prom-client";

export { register };

const rpcSeconds = new Histogram({
  name: "lacio_rpc_duration_seconds",
  help: "Duration of the RPCs this service answered.",
  labelNames: ["rpc", "code"],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
export const eventSeconds = new Histogram({
  name: "lacio_event_duration_seconds",
  help: "Duration of handling one event, by outcome (done, repeated, retried, dead).",
  labelNames: ["subject", "outcome"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
export const jobRuns = new Counter({
  name: "lacio_job_runs_total",
  help: "Runs of jobs, by outcome (done, again, failed, not_yet, outage, taken_over, dead).",
  labelNames: ["kind", "outcome"],
});
export const jobsWaiting = new Gauge({
  name: "lacio_jobs",
  help: "Jobs in the table, by state (waiting, due, running, failing, dead); the same on every replica.",
  labelNames: ["kind", "state"],
});
export const jobLagSeconds = new Gauge({ name: "lacio_job_lag_seconds", help: "How long the oldest due job waits.", labelNames: ["kind"] });
export const leading = new Gauge({ name: "lacio_leading", help: "1 on the replica that relays the outbox." });
export const outboxPublished = new Counter({ name: "lacio_outbox_published_total", help: "Events published to JetStream." });
export const outboxLagSeconds = new Gauge({
  name: "lacio_outbox_lag_seconds",
  help: "Age of the oldest event that is not published yet.",
});
export const deadLetters = new Counter({
  name: "lacio_dead_letters_total",
  help: "Events given up after too many failures.",
  labelNames: ["subject"],
});

export const startDefaultMetrics = () => collectDefaultMetrics();

/** Counts an RPC with its code and its duration in milliseconds. */
export const observeRpc = (rpc: string, code: string, ms: number) => rpcSeconds.observe({ rpc, code }, ms / 1_000);
