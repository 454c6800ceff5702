import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { subjectOf } from "@lacio/chassis/fact";
import { SessionEnded_Cause, SessionEndedSchema } from "@lacio/proto/auth/v1/events";
import type { SystemDescription } from "@lacio/testkit/system";
import { sql } from "@lacio/testkit/testing";

/** The facts of this kind about an account that auth has told, oldest first. */
export async function factsOf<S extends DescMessage>(system: SystemDescription, schema: S, accountId: string): Promise<MessageShape<S>[]> {
  const text = "select payload from outbox where subject = $1 and key = $2 order by seq";
  const rows = await sql<{ payload: Buffer }>(system, "auth", text, [subjectOf(schema), accountId]);
  return rows.map(({ payload }) => fromBinary(schema, payload));
}

/** Which sessions of an account have ended, and why, in the order of their ends. */
export const endsOf = async (system: SystemDescription, accountId: string) =>
  (await factsOf(system, SessionEndedSchema, accountId)).map(({ sessionId, cause }) => [sessionId, SessionEnded_Cause[cause]]);
