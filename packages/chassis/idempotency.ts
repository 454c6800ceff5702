import { createHash } from "node:crypto";
import { create, fromBinary, toBinary, type DescMethod, type Message } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { createContextKey, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import type { Pool } from "pg";
import { caller } from "./access.ts";
import { invalid } from "./errors.ts";

/** The key under which a call's answer is kept: `scope` is caller and method, `requestHash` is SHA-256 of the request. */
export type AnswerRecord = { scope: string; key: string; requestHash: Buffer; encode(answer: unknown): Buffer };

const recordKey = createContextKey<AnswerRecord | undefined>(undefined);

/** Undefined without an Idempotency-Key, for anonymous callers, and in methods without side effects. */
export const answerRecord = (ctx: HandlerContext): AnswerRecord | undefined => ctx.values.get(recordKey);

/** Inserts a kept answer, given as `answerColumns`; `first` is the number of the first parameter. */
export const answerInsert = (first = 1, where = "") =>
  `insert into idempotency (scope, key, request_hash, answer) select $${first}::text, $${first + 1}::text, $${first + 2}::bytea, $${first + 3}::bytea ${where}`;
export const answerColumns = ({ scope, key, requestHash, encode }: AnswerRecord, answer: unknown) => [
  scope,
  key,
  requestHash,
  encode(answer),
];

/** Deletes all answers kept for this person, and those of others that name them by id, because answers contain personal data. */
export const forgetAnswers = (tx: { sql(text: string, params: unknown[]): Promise<unknown> }, personId: string) =>
  tx.sql("delete from idempotency where starts_with(scope, $1 || ' ') or position(convert_to($1, 'UTF8') in answer) > 0", [personId]);

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same key and body get the same answer.
 * The answer is written by `transact(…, ctx)` in the transaction of the effect; here it is only looked up.
 * @throws Refusal `idempotency_key_reused` for the same key with another body
 */
export function replayAnswers(router: ConnectRouter, pool: Pool): ConnectRouter {
  const service: ConnectRouter["service"] = (desc, implementation, options) => {
    const wrapped = desc.methods.flatMap((method) => {
      const handle = (implementation as Record<string, Handle | undefined>)[method.localName];
      return handle && method.methodKind === "unary" ? [[method.localName, replay(pool, method, handle)]] : [];
    });
    return router.service(desc, { ...implementation, ...(Object.fromEntries(wrapped) as typeof implementation) }, options);
  };
  return { ...router, service };
}

type Handle = (req: Message, ctx: HandlerContext) => unknown;

function replay(pool: Pool, method: DescMethod, handle: Handle): Handle {
  if (method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) return handle;
  return async (req, ctx) => {
    const record = recordFor(method, req, ctx);
    if (!record) return handle(req, ctx);
    const kept = await find(pool, record, method);
    if (kept) return kept;
    ctx.values.set(recordKey, record);
    try {
      return await handle(req, ctx);
    } catch (error) {
      // A concurrent call with the same key may have committed first, which made this one fail: then its answer counts.
      const won = await find(pool, record, method);
      if (won) return won;
      throw error;
    }
  };
}

function recordFor(method: DescMethod, req: Message, ctx: HandlerContext): AnswerRecord | undefined {
  const key = ctx.requestHeader.get("idempotency-key");
  const who = caller(ctx);
  if (!key || who.kind === "nobody") return undefined;
  if (key.length > 255) throw invalid("Idempotency-Key", "must have at most 255 characters");
  return {
    scope: `${who.kind === "person" ? who.id : who.name} ${method.parent.typeName}/${method.name}`,
    key,
    requestHash: createHash("sha256").update(toBinary(method.input, req)).digest(),
    encode: (answer) => Buffer.from(toBinary(method.output, create(method.output, answer as Record<string, unknown>))),
  };
}

async function find(pool: Pool, record: AnswerRecord, method: DescMethod): Promise<Message | undefined> {
  const text = "select request_hash, answer from idempotency where scope = $1 and key = $2";
  const { rows } = await pool.query<{ request_hash: Buffer; answer: Buffer }>(text, [record.scope, record.key]);
  const row = rows[0];
  if (!row) return undefined;
  if (row.request_hash.equals(record.requestHash)) return fromBinary(method.output, row.answer);
  throw invalid("Idempotency-Key", "was already used with another request", "idempotency_key_reused");
}
