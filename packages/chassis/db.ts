import type { HandlerContext } from "@connectrpc/connect";
import { LockMode, MikroORM, type EntityClass, type EntityManager, type MigrationObject, type Constructor } from "@mikro-orm/postgresql";
import { Migrator, type Migration } from "@mikro-orm/migrations";
import { CompiledQuery } from "kysely";
import pg from "pg";
import { setTimeout as delay } from "node:timers/promises";
import type { ChassisConfig } from "./config.ts";
import { notFound, type Refusal } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { answerColumns, answerInsert, answerRecord } from "./idempotency.ts";
import { jobColumns, jobInsert, type Wanted } from "./job-rows.ts";
import type { Log } from "./log.ts";
import { outboxColumns, outboxInsert } from "./outbox.ts";
import { breakWhenSilent } from "./silence.ts";
import { columnsOf, composed, rowOf, type Statement } from "./statement.ts";
import { ChassisTables, JobTable } from "./tables.ts";

export type DatabaseParts = {
  entities: EntityClass<object>[];
  migrations: { name: string; class: Constructor<Migration> }[];
  /** What the violation of a named constraint means to the caller. */
  refusals?: Record<string, () => Refusal>;
};

/** One transaction: load with a lock, change, emit. No remote call belongs inside. */
export type Tx = {
  em: EntityManager;
  sql<Row>(text: string, params?: unknown[]): Promise<Row[]>;
  add(entity: object): void;
  find<T extends object>(entity: EntityClass<T>, where: object): Promise<T | null>;
  /** Loads and locks one row. @throws Refusal `not_found` */
  lock<T extends object>(entity: EntityClass<T>, where: object): Promise<T>;
  /** Facts are written to the outbox when the work is done, in this order. */
  emit(...facts: Fact[]): void;
  /** Owes a job: from a moment on, in so many seconds, or now. It is known by kind and key: asked for again, it is moved, and begins its tries anew. */
  later(kind: string, key: string, at?: Date | { seconds: number }): void;
  /** Owes it no more; a run of it that has begun keeps nothing. */
  drop(kind: string, key: string): Promise<void>;
};

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Connects lazily: a database that is away makes calls fail with `unavailable`, not the start. */
export async function openDatabase(config: ChassisConfig, parts: DatabaseParts, log: Log, now = () => new Date()) {
  const orm = await MikroORM.init({
    clientUrl: config.databaseUrl,
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

function transactionOf(em: EntityManager, facts: Fact[], jobs: Wanted[], now: () => Date): Tx {
  const trx = em.getTransactionContext() as { executeQuery<Row>(query: CompiledQuery): Promise<{ rows: Row[] }> };
  return {
    em,
    sql: async <Row>(text: string, params: unknown[] = []) => (await trx.executeQuery<Row>(CompiledQuery.raw(text, params))).rows,
    add: (entity) => void em.persist(entity),
    find: (entity, where) => em.findOne(entity as EntityClass<object>, where) as never,
    async lock(entity, where) {
      const found = await em.findOne(entity as EntityClass<object>, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
      if (!found) throw notFound(entity.name.toLowerCase());
      return found as never;
    },
    emit: (...more) => void facts.push(...more),
    later: (kind, key, at = now()) =>
      void jobs.push({ kind, key, at: at instanceof Date ? at : new Date(now().getTime() + at.seconds * 1_000) }),
    drop: async (kind, key) =>
      void (await trx.executeQuery(CompiledQuery.raw("delete from job where kind = $1 and key = $2", [kind, key]))),
  };
}

// In one statement: each round trip is a good part of what a short transaction costs.
async function writeFactsAndJobs(tx: Tx, facts: Fact[], jobs: Wanted[], now: Date): Promise<void> {
  const [told, owed] = [outboxColumns(facts), jobColumns(jobs, now)];
  if (facts.length > 0 && jobs.length > 0)
    await tx.sql(`with told as (${outboxInsert()}) ${jobInsert(1 + told.length)}`, [...told, ...owed]);
  else if (facts.length > 0) await tx.sql(outboxInsert(), told);
  else if (jobs.length > 0) await tx.sql(jobInsert(), owed);
}

/** The database's own error behind the ORM's. */
export function rootOf(error: unknown): { code?: string; constraint?: string } {
  for (let e = error as { code?: string; constraint?: string; cause?: unknown } | undefined; e; e = e.cause as typeof e) {
    if (typeof e.code === "string") return e;
  }
  return {};
}

// One migrator at a time: replicas that start together wait for each other here.
async function migrate(config: ChassisConfig, parts: DatabaseParts, log: Log): Promise<void> {
  const migrationsList: MigrationObject[] = [
    { name: "00000000000000-chassis", class: ChassisTables },
    { name: "00000000000001-jobs", class: JobTable },
    ...parts.migrations,
  ];
  const orm = await MikroORM.init({
    clientUrl: config.databaseUrl,
    entities: parts.entities,
    extensions: [Migrator],
    discovery: { warnWhenNoEntities: false },
    migrations: { migrationsList, snapshot: false, silent: true, tableName: "migration" },
    pool: { min: 0, max: 2 },
  });
  try {
    const guard = await (await orm.em.getConnection().getNativeClient()).connect();
    try {
      await guard.query("select pg_advisory_lock(hashtext('lacio.migrate'))");
      const done = await orm.migrator.up();
      if (done.length > 0) log.info({ migrations: done.map((one) => one.name) }, "migrated");
    } finally {
      guard.release(true);
    }
  } finally {
    await orm.close(true);
  }
}
