import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";

/** Selects one aggregate's facts from the outbox, oldest first. */
export const outbox = "select payload, stream_seq from outbox where subject = $1 and key = $2 order by seq";

/** The facts in these rows; undefined while one of them is not published to JetStream. */
export function factsOf<S extends DescMessage>(
  schema: S,
  rows: { payload?: unknown; stream_seq?: unknown }[],
): MessageShape<S>[] | undefined {
  if (rows.some((row) => row.stream_seq === null)) return undefined;
  return rows.map((row) => fromBinary(schema, row.payload as Buffer));
}
