import type { MessageInitShape } from "@bufbuild/protobuf";
import { paged, pageOf } from "@lacio/chassis/paging";
import { NumberingRange_Kind, type NumberingRangeSchema } from "@lacio/proto/invoice/v1/invoice_service";
import { issueAllWaiting } from "../acts/issue-document.ts";
import type { App, Rpc } from "../app.ts";
import { NumberingRange } from "../domain/numbering-range.ts";

export const createNumberingRange = (app: App): Rpc["createNumberingRange"] =>
  async function createNumberingRange(req, ctx) {
    const range = NumberingRange.open(req, app.now());
    return app.transact(async (tx) => {
      // One at a time: two concurrent inserts that overlap would deadlock in the exclusion constraint.
      await tx.sql("select pg_advisory_xact_lock(hashtext('invoice.new-range'))");
      tx.add(range);
      await issueAllWaiting(tx, range.kind);
      return { range: showNumberingRange(range) };
    }, ctx);
  };

export const listNumberingRanges = (app: App): Rpc["listNumberingRanges"] =>
  async function listNumberingRanges(req) {
    const { size, limit, after } = pageOf(req);
    const where = after ? { id: { $gt: after[0]! } } : {};
    const found = await app.db.read().find(NumberingRange, where, { orderBy: { id: "asc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (range) => [range.id]);
    return { ranges: rows.map(showNumberingRange), nextPageToken };
  };

function showNumberingRange({ id, kind, ...range }: NumberingRange): MessageInitShape<typeof NumberingRangeSchema> {
  const { resolution, prefix, fromNumber, toNumber, nextNumber, validFrom, validUntil } = range;
  return { rangeId: id, kind: NumberingRange_Kind[kind], resolution, prefix, fromNumber, toNumber, nextNumber, validFrom, validUntil };
}
