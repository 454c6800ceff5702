import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { ChassisConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { leading } from "./metrics.ts";
import { breakWhenSilent } from "./silence.ts";

/** Runs a statement on the leader's connection, one after another. */
export type Ask = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<pg.QueryResult<Row>>;

/** The leader's work, until `over` aborts. It handles its own errors. */
export type Duty = (ask: Ask, over: AbortSignal) => Promise<unknown>;

const heartbeatMs = 5_000;
const silenceMs = 10_000;

// The server ends the session, and so the lock, of a leader that is stopped (SIGSTOP) or cut off from the network. TCP keepalives are not
// enough, because the kernel answers them for a stopped process: hence idle_session_timeout, and a heartbeat from the process itself.
const session = `set idle_session_timeout = '20s'; set idle_in_transaction_session_timeout = '20s'; set statement_timeout = '10s';
  set tcp_user_timeout = '20s'; set tcp_keepalives_idle = '10s'; set tcp_keepalives_interval = '5s'; set tcp_keepalives_count = 2`;

/**
 * Leader election: `duty` runs on the replica that holds a session's advisory lock. The lock ends with the connection, at the latest 20 s
 * after the last heartbeat. There is no fencing: a leader that wakes up may finish a step beside its successor, so `duty` is idempotent.
 */
export function startLead(config: ChassisConfig, log: Log, duty: Duty) {
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
      connectionString: config.directDatabaseUrl ?? config.databaseUrl, // a pooler gives the session, and its lock, to somebody else
      application_name: `${config.service} lead`,
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client.on("error", (error) => lost.abort(error)).on("end", () => lost.abort());
    await client.connect();
    breakWhenSilent(client, silenceMs);
    const ask = oneByOne(client);
    const heartbeat = setInterval(() => void ask("select 1").catch((error: unknown) => lost.abort(error)), heartbeatMs);
    try {
      await ask(session);
      while (!stopping.signal.aborted && !(await tryLead(ask))) await pause(1_000);
      const over = AbortSignal.any([stopping.signal, lost.signal]);
      leading.set(1);
      if (!over.aborted) await duty(ask, over);
      if (lost.signal.aborted) log.warn({ err: lost.signal.reason as unknown }, "the leading connection is lost");
    } finally {
      leading.set(0);
      clearInterval(heartbeat);
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

// Queries wait for each other here, because pg 9 will no longer queue them in the client.
function oneByOne(client: pg.Client): Ask {
  let last: Promise<unknown> = Promise.resolve();
  return (text, values) => {
    const answer = last.then(() => client.query(text, values));
    last = answer.catch(() => {});
    return answer as never;
  };
}

async function tryLead(ask: Ask): Promise<boolean> {
  const { rows } = await ask<{ led: boolean }>("select pg_try_advisory_lock(hashtext('lacio.lead')) as led");
  return rows[0]!.led;
}
