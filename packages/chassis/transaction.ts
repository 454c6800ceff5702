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
  /** Facts are written to the outbox when the work is done, in this order. */
  emit(...facts: Fact[]): void;
  /** Owes a job: from a moment on, in so many seconds, or now. It is known by kind and key: asked for again, it is moved, and begins its tries anew. */
  later(kind: string, key: string, at?: Date | { seconds: number }): void;
  /** Owes it no more; a run of it that has begun keeps nothing. */
  drop(kind: string, key: string): Promise<void>;
};

/** A transaction that gathers its facts and jobs, for `writeFactsAndJobs`. */
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
    drop: async (kind, key) =>
      void (await trx.executeQuery(CompiledQuery.raw("delete from job where kind = $1 and key = $2", [kind, key]))),
  };
}

/** In one statement: each round trip is a good part of what a short transaction costs. */
export async function writeFactsAndJobs(tx: Tx, facts: Fact[], jobs: Wanted[], now: Date): Promise<void> {
  const [told, owed] = [outboxColumns(facts), jobColumns(jobs, now)];
  if (facts.length > 0 && jobs.length > 0)
    await tx.sql(`with told as (${outboxInsert()}) ${jobInsert(1 + told.length)}`, [...told, ...owed]);
  else if (facts.length > 0) await tx.sql(outboxInsert(), told);
  else if (jobs.length > 0) await tx.sql(jobInsert(), owed);
}
