import type { Job } from "@lacio/chassis/jobs";
import { issueDocument } from "../acts/issue-document.ts";
import { issueInvoice } from "../acts/issue-invoice.ts";
import type { App } from "../app.ts";
import type { Cause, DocumentKind } from "../domain/invoice.ts";

/** Issues a document that waited for a numbering range. While there is none it looks again each minute; a new one makes all due (`issueAllWaiting`). */
export const issueWaiting = (app: App): Job["run"] =>
  async function issueWaiting(id, { end }) {
    const [waiting] = await app.db.sql<{ cause: Cause }>("select cause from pending_invoice where id = $1", [id]);
    if (!waiting) return;
    if (!(await isNumberLeft(app, waiting.cause.kind))) return new Date(app.now().getTime() + 60_000);
    const issueIt = waiting.cause.kind === "INVOICE" ? issueInvoice : issueDocument;
    const invoice = await end((tx) => issueIt(tx, waiting.cause, app.config.issuer));
    if (invoice) app.log.info({ invoice: invoice.numberText, booking: invoice.bookingId }, "a waiting document is issued");
  };

async function isNumberLeft(app: App, kind: DocumentKind): Promise<boolean> {
  const usable = `select 1 from numbering_range where kind = $1 and next_number <= to_number
    and ($2::timestamptz at time zone 'America/Bogota')::date between valid_from and valid_until limit 1`;
  return (await app.db.sql(usable, [kind, app.now()])).length > 0;
}
