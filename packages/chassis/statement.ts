import type { EntityClass, MikroORM } from "@mikro-orm/postgresql";
import type { Fact } from "./fact.ts";
import { answerColumns, answerInsert, type AnswerRecord } from "./idempotency.ts";
import { jobColumns, jobInsert, type Wanted } from "./job-rows.ts";
import { outboxColumns, outboxInsert } from "./outbox.ts";

/** A transaction as one SQL statement, see `statement` in db.ts. */
export type Statement = {
  name: string;
  /** The service's CTEs, and the select list at the end, of one row. */
  with: string;
  select: string;
  params: unknown[];
  /** An SQL condition on the CTEs, whether they took effect: only then facts, jobs and kept answer are inserted. */
  when: string;
  facts?: Fact[];
  jobs?: { kind: string; key: string; at?: Date }[];
  answer?: { record: AnswerRecord | undefined; value: unknown };
};

/** Appends the inserts of facts, jobs and kept answer as CTEs. Answers a prepared statement's name, text and parameters. */
export function composed(wanted: Statement, facts: Fact[], jobs: Wanted[], now: Date): [name: string, text: string, params: unknown[]] {
  const { with: own, select, when, answer } = wanted;
  const params = [...wanted.params];
  const parts = [own];
  const add = (name: string, insert: (first: number, where: string) => string, columns: unknown[]) => {
    parts.push(`${name} as (${insert(params.length + 1, `where ${when}`)})`);
    params.push(...columns);
  };
  if (facts.length > 0) add("told", outboxInsert, outboxColumns(facts));
  if (jobs.length > 0) add("owed", jobInsert, jobColumns(jobs, now));
  if (answer?.record) add("kept", answerInsert, answerColumns(answer.record, answer.value));
  const name = `${wanted.name}${answer?.record ? "-and-keep" : ""}`;
  return [name, `with ${parts.join(", ")} select ${when} as took_effect, ${select}`, params];
}

/** An entity as JSON by its table's columns, for `jsonb_populate_record`, so that a new column changes no SQL. */
export function rowOf(orm: MikroORM, entity: object): string {
  const { props } = orm.getMetadata().get(entity.constructor as EntityClass<object>);
  const columns = props.map(({ name, fieldNames }) => [fieldNames[0], (entity as Record<string, unknown>)[name]]);
  return JSON.stringify(Object.fromEntries(columns), (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

export const columnsOf = (orm: MikroORM, entity: EntityClass<object>): string[] =>
  orm
    .getMetadata()
    .get(entity)
    .props.map(({ fieldNames }) => fieldNames[0]!);
