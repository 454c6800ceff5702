import { createHash } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { createContextKey, type HandlerContext, type Interceptor, type UnaryRequest, type UnaryResponse } from "@connectrpc/connect";
import type { Pool } from "pg";
import { caller } from "./access.ts";
import { invalid } from "./errors.ts";

/** Where the answer of this call is to be kept. */
export type AnswerRecord = { scope: string; key: string; requestHash: Buffer; encode(answer: unknown): Buffer };

const recordKey = createContextKey<AnswerRecord | undefined>(undefined);

export const answerRecord = (ctx: HandlerContext): AnswerRecord | undefined => ctx.values.get(recordKey);

export const answerInsert = (first = 1) =>
  `insert into idempotency (scope, key, request_hash, answer) values ($${first}, $${first + 1}, $${first + 2}, $${first + 3})`;
export const answerColumns = ({ scope, key, requestHash, encode }: AnswerRecord, answer: unknown) => [
  scope,
  key,
  requestHash,
  encode(answer),
];

/**
 * `Idempotency-Key`: the same key and body get the same answer, the same key with another body is refused.
 * The answer is written by `transact(…, ctx)` in the transaction of the effect; here it is only looked up.
 */
export const replayAnswers =
  (pool: Pool): Interceptor =>
  (next) =>
  async (req) => {
    const key = req.header.get("idempotency-key");
    if (!key || req.stream || req.method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) return next(req);
    if (key.length > 255) throw invalid("Idempotency-Key", "must have at most 255 characters");
    const record = recordFor(req, key);
    if (!record) return next(req);
    const kept = await find(pool, record, req);
    if (kept) return kept;
    req.contextValues.set(recordKey, record);
    try {
      return await next(req);
    } catch (error) {
      // The same call may have run beside this one and won: then its answer is the answer.
      const won = await find(pool, record, req);
      if (won) return won;
      throw error;
    }
  };

function recordFor(req: UnaryRequest, key: string): AnswerRecord | undefined {
  const who = caller({ values: req.contextValues } as HandlerContext);
  if (who.kind === "nobody") return undefined;
  const { method, message } = req;
  return {
    scope: `${who.kind === "person" ? who.id : who.name} ${method.parent.typeName}/${method.name}`,
    key,
    requestHash: createHash("sha256").update(toBinary(method.input, message)).digest(),
    encode: (answer) => Buffer.from(toBinary(method.output, create(method.output, answer as Record<string, unknown>))),
  };
}

async function find(pool: Pool, record: AnswerRecord, req: UnaryRequest): Promise<UnaryResponse | undefined> {
  const text = "select request_hash, answer from idempotency where scope = $1 and key = $2";
  const { rows } = await pool.query<{ request_hash: Buffer; answer: Buffer }>(text, [record.scope, record.key]);
  const row = rows[0];
  if (!row) return undefined;
  if (!row.request_hash.equals(record.requestHash))
    throw invalid("Idempotency-Key", "was already used with another request", "idempotency_key_reused");
  const { service, method } = req;
  return { stream: false, service, method, header: new Headers(), trailer: new Headers(), message: fromBinary(method.output, row.answer) };
}
