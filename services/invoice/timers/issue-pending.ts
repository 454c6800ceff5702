import type { App } from "../app.ts";
import type { Cause } from "../domain/invoice.ts";
import { issueInvoice } from "../domain/issue-invoice.ts";
import { follow, type Trail } from "@lacio/chassis/trail";

const batchSize = 100;

/** Issues what waited for a numbering range, the longest waiting first. */
export async function issuePending(app: App): Promise<void> {
  for (const kind of ["INVOICE", "CREDIT_NOTE"]) while ((await issueBatch(app, kind)) === batchSize);
}

async function issueBatch(app: App, kind: string): Promise<number> {
  const waiting = await app.db.sql<{ cause: Cause; trail: Trail }>(
    "select cause, trail from pending_invoice where kind = $1 order by created_at, id limit $2",
    [kind, batchSize],
  );
  for (const [index, { cause, trail }] of waiting.entries()) {
    const invoice = await follow(trail, "issue waiting invoice", () => app.transact((tx) => issueInvoice(tx, cause, app.config.issuer)));
    if (!invoice) return index;
    app.log.info({ invoice: invoice.numberText, booking: invoice.bookingId }, "a waiting invoice is issued");
    app.wake.renderFiles();
  }
  return waiting.length;
}
