import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";

/** What a call was refused with: "InvalidArgument invalid_argument phases[0].minutes". */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => ConnectError.from(reason),
  );
  if (!error) return "not refused";
  const fields = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  return [Code[error.code], error.findDetails(ErrorInfoSchema)[0]?.reason, ...fields].filter(Boolean).join(" ");
}

/** One aggregate's facts in the outbox. */
export const outbox = "select payload, stream_seq from outbox where subject = $1 and key = $2 order by seq";

/** The facts in these rows; undefined while one of them has not reached JetStream. */
export function factsOf<S extends DescMessage>(
  schema: S,
  rows: { payload?: unknown; stream_seq?: unknown }[],
): MessageShape<S>[] | undefined {
  if (rows.some((row) => row.stream_seq === null)) return undefined;
  return rows.map((row) => fromBinary(schema, row.payload as Buffer));
}
