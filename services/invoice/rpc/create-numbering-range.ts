import type { App, Rpc } from "../app.ts";
import { NumberingRange } from "../domain/numbering-range.ts";
import { shownRange } from "./list-numbering-ranges.ts";

export const createNumberingRange =
  (app: App): Rpc["createNumberingRange"] =>
  async (req, ctx) => {
    const range = NumberingRange.open(req, app.now());
    const answer = await app.transact(async (tx) => {
      // Two at once would each wait for what the other is about to write.
      await tx.sql("select pg_advisory_xact_lock(hashtext('invoice.new-range'))");
      tx.add(range);
      return { range: shownRange(range) };
    }, ctx);
    app.wake.issuePending();
    return answer;
  };
