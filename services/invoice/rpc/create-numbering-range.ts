import type { Tx } from "@lacio/chassis/db";
import type { App, Rpc } from "../app.ts";
import type { DocumentKind } from "../domain/invoice.ts";
import { NumberingRange } from "../domain/numbering-range.ts";
import { shownRange } from "./list-numbering-ranges.ts";

export const createNumberingRange =
  (app: App): Rpc["createNumberingRange"] =>
  async (req, ctx) => {
    const range = NumberingRange.open(req, app.now());
    return app.transact(async (tx) => {
      // Two at once would each wait for what the other is about to write.
      await tx.sql("select pg_advisory_xact_lock(hashtext('invoice.new-range'))");
      tx.add(range);
      await issueAllWaiting(tx, range.kind);
      return { range: shownRange(range) };
    }, ctx);
  };

// Due since they wait: so the longest waiting is issued first.
export async function issueAllWaiting(tx: Tx, kind: DocumentKind): Promise<void> {
  const waiting = await tx.sql<{ id: string; created_at: Date }>("select id, created_at from pending_invoice where kind = $1", [kind]);
  for (const { id, created_at } of waiting) tx.later("issue-waiting", id, created_at);
}
