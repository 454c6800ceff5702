import type { HandlerContext } from "@connectrpc/connect";
import { MikroORM, type EntityClass } from "@mikro-orm/postgresql";
import pg from "pg";
import { setTimeout as delay } from "node:timers/promises";
import type { ChassisConfig } from "./config.ts";
import type { Fact } from "./fact.ts";
import { answerColumns, answerInsert, answerRecord } from "./idempotency.ts";
import type { Wanted } from "./job-rows.ts";
import type { Log } from "./log.ts";
import { migrate, type DatabaseParts } from "./migrate.ts";
import { breakWhenSilent } from "./silence.ts";
import { columnsOf, composed, rowOf, type Statement } from "./statement.ts";
import { transactionOf, writeFactsAndJobs, type Tx } from "./transaction.ts";

export type { DatabaseParts } from "./migrate.ts";
export type { Tx } from "./transaction.ts";

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Connects lazily: a database that is away makes calls fail with `unavailable`, not the start. */
export async function openDatabase(config: ChassisConfig, parts: DatabaseParts, log: Log, now = () => new Date()) {
  const orm = await MikroORM.init({
    clientUrl: config.databaseUrl,
    ensureDatabase: false, // it would connect, and look for the database, before the first call does
    entities: parts.entities,
    pool: { min: 0, max: config.poolMax },
    driverOptions: {
      connectionTimeoutMillis: 3_000,
      idleTimeoutMillis: 10_000,
      statement_timeout: config.statementTimeoutMs,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 10_000, // a process that was stopped in a transaction must not keep its locks
      application_name: config.service,
      types: new pg.TypeOverrides(),
      keepAlive: true,
      onPoolCreated: (created: pg.Pool) =>
        created.on("connect", (client) => {
          breakWhenSilent(client, config.statementTimeoutMs + 6_000); // longer than any statement, and than an idle one is kept
          client.on("end", () => giveBack(client));
        }),
    },
    discovery: { warnWhenNoEntities: false },
    debug: false,
    forceUtcTimezone: true,
    allowGlobalContext: false,
  });
  const connection = orm.em.getConnection();
  const pool = await connection.getNativeClient();
  let wakeRelay = () => {};
  let wakeWorker: (at: Date) => void = () => {};
  const refusalFor = (error: unknown) => parts.refusals?.[rootOf(error).constraint ?? ""]?.() ?? error;

  async function transact<T>(work: (tx: Tx) => Promise<T>, ctx?: HandlerContext): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work, ctx);
      } catch (error) {
        const { code } = rootOf(error);
        // 40001 serialization failure, 40P01 deadlock: the loser may simply try again.
        if ((code === "40001" || code === "40P01") && attempt < 3) await delay(Math.random() * 20 * attempt);
        else throw refusalFor(error);
      }
    }
  }

  async function once<T>(work: (tx: Tx) => Promise<T>, ctx?: HandlerContext): Promise<T> {
    const facts: Fact[] = [];
    const jobs: Wanted[] = [];
    const result = await orm.em.fork().transactional(async (em) => {
      const tx = transactionOf(em, facts, jobs, now);
      const answer = await work(tx);
      await em.flush();
      await writeFactsAndJobs(tx, facts, jobs, now());
      const record = ctx && answerRecord(ctx);
      if (record) await tx.sql(answerInsert(), answerColumns(record, answer));
      return answer;
    });
    wake(facts, jobs);
    return result;
  }

  function wake(facts: Fact[], jobs: Wanted[]): void {
    if (facts.length > 0) wakeRelay();
    if (jobs.length > 0) wakeWorker(new Date(Math.min(...jobs.map(({ at }) => at.getTime()))));
  }

  async function statement<Row extends object>(wanted: Statement): Promise<Row> {
    const facts = wanted.facts ?? [];
    const jobs = (wanted.jobs ?? []).map((job) => ({ ...job, at: job.at ?? now() }));
    const [name, text, params] = composed(wanted, facts, jobs, now());
    const [row] = await sql<Row & { took_effect: boolean }>(text, params, name);
    if (row!.took_effect) wake(facts, jobs);
    return row!;
  }

  // One statement outside a transaction, prepared under `name` when given.
  async function sql<Row extends object>(text: string, params: unknown[] = [], name?: string): Promise<Row[]> {
    try {
      return (await pool.query<Row>({ text, values: params, name })).rows;
    } catch (error) {
      throw refusalFor(error);
    }
  }

  return {
    orm,
    pool,
    transact,
    /** For reading entities outside a transaction. */
    read: () => orm.em.fork(),
    sql,
    /** A transaction in one round trip: the service's own expressions, and with them what follows from their effect. */
    statement,
    /** An entity as a row of its table, for `jsonb_populate_record`. */
    rowOf: (entity: object): string => rowOf(orm, entity),
    /** The columns that an entity knows; its table may have more of them by now, with defaults. */
    columnsOf: (entity: EntityClass<object>): string => columnsOf(orm, entity).join(),
    /** Called after a commit with facts. */
    onFact: (listener: () => void) => void (wakeRelay = listener),
    /** Called after a commit with jobs, with the time of the first. */
    onJob: (listener: (at: Date) => void) => void (wakeWorker = listener),
    migrate: () => migrate(config, parts, log),
    close: () => orm.close(true),
  };
}

// A connection that dies inside a transaction is never released by the ORM, whose rollback fails: the pool would run dry, one death at a time.
function giveBack(client: pg.PoolClient): void {
  try {
    client.release(true);
  } catch {
    // it was back already
  }
}

/** The database's own error behind the ORM's. */
export function rootOf(error: unknown): { code?: string; constraint?: string } {
  for (let e = error as { code?: string; constraint?: string; cause?: unknown } | undefined; e; e = e.cause as typeof e) {
    if (typeof e.code === "string") return e;
  }
  return {};
}
