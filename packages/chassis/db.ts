import type { HandlerContext } from "@connectrpc/connect";
import { MikroORM, type EntityClass } from "@mikro-orm/postgresql";
import pg from "pg";
import { setTimeout as delay } from "node:timers/promises";
import type { ChassisConfig } from "./config.ts";
import type { Fact } from "./fact.ts";
import { answerColumns, answerInsert, answerRecord } from "./idempotency.ts";
import type { Wanted } from "./job-rows.ts";
import type { Log } from "./log.ts";
import { askMigrations, migrate, type DatabaseParts } from "./migrate.ts";
import type { Permissions } from "./permissions.ts";
import { breakWhenSilent } from "./silence.ts";
import { columnsOf, composed, rowOf, type Statement } from "./statement.ts";
import { transactionOf, writeFactsAndJobs, type Tx } from "./transaction.ts";

export type { DatabaseParts } from "./migrate.ts";
export type { Tx } from "./transaction.ts";

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Connects lazily: while the database is down its queries fail, with errors that are answered as `unavailable`, and the start does not. */
export async function openDatabase(config: ChassisConfig, parts: DatabaseParts, log: Log, now = () => new Date()) {
  const orm = await MikroORM.init({
    clientUrl: config.databaseUrl,
    ensureDatabase: false, // else the ORM connects when the pool is asked for, to check that it exists
    entities: parts.entities,
    pool: { min: 0, max: config.poolMax },
    driverOptions: {
      connectionTimeoutMillis: 3_000,
      idleTimeoutMillis: 10_000,
      statement_timeout: config.statementTimeoutMs,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 10_000, // a process that hangs in a transaction must not keep its locks
      application_name: config.service,
      types: new pg.TypeOverrides(),
      keepAlive: true,
      onPoolCreated: (created: pg.Pool) =>
        created.on("connect", (client) => {
          breakWhenSilent(client, config.statementTimeoutMs + 6_000); // above statement_timeout and, by default, idleTimeoutMillis
          client.on("end", () => releaseDead(client));
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
        return await runTransaction(work, ctx);
      } catch (error) {
        const { code } = rootOf(error);
        // 40001 serialization failure, 40P01 deadlock: all was rolled back, so the transaction is run again.
        if ((code === "40001" || code === "40P01") && attempt < 3) await delay(Math.random() * 20 * attempt);
        else throw refusalFor(error);
      }
    }
  }

  async function runTransaction<T>(work: (tx: Tx) => Promise<T>, ctx?: HandlerContext): Promise<T> {
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

  // One autocommitted statement, prepared under `name` when given.
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
    /**
     * Runs `work` in a transaction, and commits with it its facts, its jobs and, given `ctx`, the answer kept for the Idempotency-Key.
     * After a deadlock or a serialization failure `work` runs again, three times in all. @throws the Refusal of a violated constraint
     */
    transact,
    /** For reading entities outside a transaction. */
    read: () => orm.em.fork(),
    sql,
    /** A transaction in one round trip: the service's CTEs, and behind them those that insert its facts, jobs and kept answer. */
    statement,
    /** An entity as JSON by its table's columns, for `jsonb_populate_record`. */
    rowOf: (entity: object): string => rowOf(orm, entity),
    /** An entity's mapped columns, separated by commas. During a rolling update its table may already have more, with defaults. */
    columnsOf: (entity: EntityClass<object>): string => columnsOf(orm, entity).join(),
    /** `listener` is called after each commit of facts. */
    onFact: (listener: () => void) => void (wakeRelay = listener),
    /** `listener` is called after each commit of jobs, with the time of the first. */
    onJob: (listener: (at: Date) => void) => void (wakeWorker = listener),
    askMigrations: () => askMigrations(pool, parts),
    migrate: (tables: Permissions["tables"]) => migrate(config, parts, tables, log),
    close: () => orm.close(true),
  };
}

// When a connection dies inside a transaction, the ORM's rollback fails and does not release it: the pool would leak one each time.
function releaseDead(client: pg.PoolClient): void {
  try {
    client.release(true);
  } catch {
    // released already
  }
}

/** The driver's error in the chain of causes, with SQLSTATE and constraint; {} when there is none. */
export function rootOf(error: unknown): { code?: string; constraint?: string } {
  for (let e = error as { code?: string; constraint?: string; cause?: unknown } | undefined; e; e = e.cause as typeof e) {
    if (typeof e.code === "string") return e;
  }
  return {};
}
