import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { ChassisConfig } from "./config.ts";
import type { Log } from "./log.ts";

/** Work that one replica does, on the connection that makes it the leader, until `over`. It answers for its own errors. */
export type Duty = (client: pg.Client, over: AbortSignal) => Promise<unknown>;

/** Runs `duties` on one replica of the service: whoever holds the advisory lock. A leader hands over by losing its connection. */
export function startLead(config: ChassisConfig, log: Log, duties: Duty[]) {
  const stopping = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await lead().catch((error: unknown) => log.warn({ err: error }, "cannot lead: trying again"));
      await pause(500);
    }
  }

  async function lead(): Promise<void> {
    const lost = new AbortController();
    const client = new pg.Client({
      connectionString: config.databaseUrl,
      application_name: `${config.service} lead`,
      connectionTimeoutMillis: 3_000,
    });
    client.on("error", () => lost.abort()).on("end", () => lost.abort());
    await client.connect();
    try {
      while (!stopping.signal.aborted && !(await tryLead(client))) await pause(1_000);
      const over = AbortSignal.any([stopping.signal, lost.signal]);
      if (!over.aborted) await Promise.all(duties.map((duty) => duty(client, over)));
    } finally {
      await client.end().catch(() => {});
    }
  }

  const pause = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {});

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function tryLead(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ led: boolean }>("select pg_try_advisory_lock(hashtext('lacio.lead')) as led");
  return rows[0]!.led;
}
