import { chassisConfig, Env } from "../config.ts";
import { openDatabase } from "../db.ts";
import { unavailable } from "../errors.ts";
import { createWorker } from "../job-worker.ts";
import type { Job } from "../jobs.ts";
import { createLog } from "../log.ts";

// A replica in a process of its own, for tests that kill it. A job's behaviour is encoded in its key: "<n> <what>".
const env = process.env;
const config = chassisConfig(new Env({ ...env, NATS_URL: "nats://127.0.0.1", JOB_LEASE_SECONDS: "2", JOB_POLL_MS: "200" }), "jobs");
const now = () => new Date(Date.now() + Number(env.CLOCK_AHEAD_MS));
const log = createLog("replica", "silent");
const db = await openDatabase(config, { entities: [], migrations: [] }, log, now);

const met = new Set<string>();
const run: Job["run"] = async (key, { tries, end }) => {
  const what = key.split(" ")[1];
  if (what === "poison") throw new Error("poison");
  if (what === "fails" && tries <= 2) throw new Error("not yet");
  if (what === "outage" && !met.has(key)) {
    met.add(key);
    throw unavailable("away");
  }
  if (what === "kills" && tries <= 1) process.kill(process.pid, "SIGKILL");
  if (what === "slow") await new Promise((resolve) => setTimeout(resolve, 300));
  if (what === "hangs" && tries <= 1) await new Promise(() => {});
  await end(async (tx) => {
    await tx.sql("insert into effect (kind, key) values ('work', $1)", [key]);
    if (what === "more") tx.later("more", `${key.split(" ")[0]} after`);
  });
};

const work = { run, retrySeconds: 0.2, limitSeconds: 1, mostFailures: 1_000 };
createWorker({ config, db, log, now }, [
  { name: "work", ...work, atOnce: 8 },
  { name: "more", ...work, atOnce: 1 },
]).start();
process.send?.("started");
