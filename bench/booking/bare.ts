import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { openDatabase } from "@lacio/chassis/db";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { createLog } from "@lacio/chassis/log";
import { createDatabase } from "@lacio/testkit/infra/databases";
import pg from "pg";
import { database } from "../../services/booking/db/index.ts";
import { load } from "../load.ts";

const run = promisify(execFile);
const file = path.join(import.meta.dirname, "bare.sql");

/** A second copy of booking's tables on the same server, and two ways to fill it by one statement per booking: the upper bound. */
export async function bareBookings(admin: string, inFlight: number) {
  const { url, ownerUrl } = await createDatabase(admin, "bench_booking");
  const config = readConfig((env) => chassisConfig(env, "bench"), {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    NATS_URL: "nats://127.0.0.1",
  });
  const copy = await openDatabase(config, database, createLog("bench", "silent"));
  await copy.migrate({});
  await copy.close();
  const pool = new pg.Pool({ connectionString: ownerUrl, max: inFlight });
  await pool.query("create sequence bench_hour cache 1000");
  const text = fs.readFileSync(file, "utf8");
  return {
    /** By pgbench, PostgreSQL's own load generator; undefined where it is not installed. */
    async byPgbench(seconds: number): Promise<{ calls: number; rate: number } | undefined> {
      try {
        const { stdout } = await run("pgbench", ["-n", "-M", "prepared", "-c", `${inFlight}`, "-T", `${seconds}`, "-f", file, ownerUrl]);
        const number = (pattern: RegExp) => Number(pattern.exec(stdout)![1]);
        return { calls: number(/transactions actually processed: (\d+)/), rate: number(/tps = ([\d.]+)/) };
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return undefined;
        throw error;
      }
    },
    byNode: (seconds: number) => load(inFlight, seconds, () => pool.query({ name: "bare", text })),
    stop: () => pool.end(),
  };
}
