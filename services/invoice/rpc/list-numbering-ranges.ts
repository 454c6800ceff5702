import type { MessageInitShape } from "@bufbuild/protobuf";
import { paged, pageOf } from "@lacio/chassis/paging";
import { NumberingRange_Kind, type NumberingRangeSchema } from "@lacio/proto/invoice/v1/invoice_service";
import type { App, Rpc } from "../app.ts";
import { NumberingRange } from "../domain/numbering-range.ts";

export const listNumberingRanges =
  (app: App): Rpc["listNumberingRanges"] =>
  async (req) => {
    const { size, limit, after } = pageOf(req);
    const where = after ? { id: { $gt: after[0]! } } : {};
    const found = await app.db.read().find(NumberingRange, where, { orderBy: { id: "asc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (range) => [range.id]);
    return { ranges: rows.map(shownRange), nextPageToken };
  };

export function shownRange({ id, kind, ...range }: NumberingRange): MessageInitShape<typeof NumberingRangeSchema> {
  const { resolution, prefix, fromNumber, toNumber, nextNumber, validFrom, validUntil } = range;
  return { rangeId: id, kind: NumberingRange_Kind[kind], resolution, prefix, fromNumber, toNumber, nextNumber, validFrom, validUntil };
}
