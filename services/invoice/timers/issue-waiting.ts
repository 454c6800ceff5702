import type { Job } from "@lacio/chassis/jobs";
import { issueDocument } from "../acts/issue-document.ts";
import { issueInvoice } from "../acts/issue-invoice.ts";
import type { App } from "../app.ts";
import type { Draft, DocumentKind } from "../domain/invoice.ts";

/** Issues a document that waited for a numbering range: it looks again each minute, and a new range makes all due (`issueAllWaiting`). */
export const issueWaiting = (app: App): Job["run"] =>
  async function issueWaiting(id, { end }) {
    const [waiting] = await app.db.sql<{ draft: Draft }>("select cause as draft from pending_invoice where id = $1", [id]);
    if (!waiting) return;
    if (!(await isNumberLeft(app, waiting.draft.kind))) return new Date(app.now().getTime() + 60_000);
    const issueIt = waiting.draft.kind === "INVOICE" ? issueInvoice : issueDocument;
    const invoice = await end((tx) => issueIt(tx, waiting.draft, app.config.issuer));
    if (invoice) app.log.info({ invoice: invoice.numberText, booking: invoice.bookingId }, "a waiting document is issued");
  };

async function isNumberLeft(app: App, kind: DocumentKind): Promise<boolean> {
  const usable = `select 1 from numbering_range where kind = $1 and next_number <= to_number
    and ($2::timestamptz at time zone 'America/Bogota')::date between valid_from and valid_until limit 1`;
  return (await app.db.sql(usable, [kind, app.now()])).length > 0;
}
