import express from "express";
import type { Pool } from "pg";
import type { Bus } from "./bus.ts";
import { register } from "./metrics.ts";

/** /livez: the process works. /readyz: it can work (database, broker; asked at most once a second). /metrics: Prometheus. */
export function opsApp(pool: Pool, bus: Bus, draining: () => boolean) {
  const app = express();
  app.disable("x-powered-by");
  let checkedAt = 0;
  let problems: string[] = [];
  app.get("/livez", (_, res) => void res.send("ok"));
  app.get("/readyz", async (_, res) => {
    if (Date.now() - checkedAt > 1_000) {
      problems = await check(pool, bus);
      checkedAt = Date.now();
    }
    const now = draining() ? ["draining", ...problems] : problems;
    res.status(now.length > 0 ? 503 : 200).json({ ready: now.length === 0, problems: now });
  });
  app.get("/metrics", async (_, res) => void res.type(register.contentType).send(await register.metrics()));
  return app;
}

async function check(pool: Pool, bus: Bus): Promise<string[]> {
  const database = await pool.query("select 1").then(
    () => [],
    (error: Error) => [`database: ${error.message}`],
  );
  return [...database, ...(bus.nc.isClosed() || !bus.nc.info ? ["nats: not connected"] : [])];
}
