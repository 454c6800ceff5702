import { LockMode, type EntityClass, type EntityManager } from "@mikro-orm/postgresql";
import { CompiledQuery } from "kysely";
import { notFound } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { jobColumns, jobInsert, type Wanted } from "./job-rows.ts";
import { outboxColumns, outboxInsert } from "./outbox.ts";

/** One transaction: load with a lock, change, emit. No remote call belongs inside. */
export type Tx = {
  em: EntityManager;
  sql<Row>(text: string, params?: unknown[]): Promise<Row[]>;
  add(entity: object): void;
  find<T extends object>(entity: EntityClass<T>, where: object): Promise<T | null>;
  /** Loads and locks one row. @throws Refusal `not_found` */
  lock<T extends object>(entity: EntityClass<T>, where: object): Promise<T>;
  /** Facts are written to the outbox before the commit, in this order. */
  emit(...facts: Fact[]): void;
  /** Schedules a job for a time, in so many seconds, or now. Kind and key identify it: scheduled again, it moves and its counters are reset. */
  later(kind: string, key: string, at?: Date | { seconds: number }): void;
  /** Deletes jobs of a kind; a run in progress loses its claim, and its `end` throws TakenOver. */
  drop(kind: string, ...keys: string[]): Promise<void>;
};

/** The `Tx` of an entity manager; it collects facts and jobs for `writeFactsAndJobs`. */
export function transactionOf(em: EntityManager, facts: Fact[], jobs: Wanted[], now: () => Date): Tx {
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
    drop: async (kind, ...keys) =>
      void (await trx.executeQuery(CompiledQuery.raw("delete from job where kind = $1 and key = any($2)", [kind, keys]))),
  };
}

/** Inserts facts and jobs by one statement: a round trip is a good part of a short transaction's cost. */
export async function writeFactsAndJobs(tx: Tx, facts: Fact[], jobs: Wanted[], now: Date): Promise<void> {
  const [factParams, jobParams] = [outboxColumns(facts), jobColumns(jobs, now)];
  if (facts.length > 0 && jobs.length > 0)
    await tx.sql(`with told as (${outboxInsert()}) ${jobInsert(1 + factParams.length)}`, [...factParams, ...jobParams]);
  else if (facts.length > 0) await tx.sql(outboxInsert(), factParams);
  else if (jobs.length > 0) await tx.sql(jobInsert(), jobParams);
}
