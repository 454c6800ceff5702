import { context, propagation } from "@opentelemetry/api";
import { v7 as uuidv7 } from "uuid";
import { currentRequestId } from "./call-context.ts";
import type { Fact } from "./fact.ts";

/** Inserts facts given as the seven arrays of `outboxColumns`; `first` is the number of the first parameter. */
export const outboxInsert = (first = 1, where = "") =>
  `insert into outbox (id, subject, type, key, payload, traceparent, request_id)
   select * from unnest($${first}::uuid[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::text[], $${first + 4}::bytea[], $${first + 5}::text[], $${first + 6}::text[]) ${where}`;

/** The facts as parameter arrays. They carry the trace and the request they come from, so that the relay continues both. */
export function outboxColumns(facts: Fact[]): unknown[][] {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  const requestId = currentRequestId() ?? null;
  return [
    facts.map(() => uuidv7()),
    facts.map((fact) => fact.subject),
    facts.map((fact) => fact.type),
    facts.map((fact) => fact.key),
    facts.map((fact) => Buffer.from(fact.payload)),
    facts.map(() => carrier.traceparent ?? null),
    facts.map(() => requestId),
  ];
}
