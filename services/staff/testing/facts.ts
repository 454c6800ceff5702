import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";

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
