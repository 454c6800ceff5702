import { isOutage } from "@lacio/chassis/errors";
import { follow, type Trail } from "@lacio/chassis/trail";
import type { App } from "../app.ts";
import type { Cause } from "../domain/invoice.ts";
import { issueDocument } from "../domain/issue-document.ts";
import { issueInvoice } from "../domain/issue-invoice.ts";

type Waiting = { id: string; cause: Cause; trail: Trail };

const batchSize = 100;

/** Issues what waited for a numbering range, the longest waiting first. */
export async function issuePending(app: App, over?: AbortSignal): Promise<void> {
  for (const kind of ["INVOICE", "CREDIT_NOTE"]) while ((await issueBatch(app, kind)) === batchSize && !over?.aborted);
}

async function issueBatch(app: App, kind: string): Promise<number> {
  const batch = await app.db.sql<Waiting>(
    "select id, cause, trail from pending_invoice where kind = $1 and next_attempt_at <= now() order by created_at, id limit $2",
    [kind, batchSize],
  );
  for (const [index, waiting] of batch.entries())
    if ((await follow(waiting.trail, "issue waiting invoice", () => issue(app, waiting))) === "no number") return index;
  return batch.length;
}

async function issue(app: App, { id, cause }: Waiting): Promise<"issued" | "no number" | "failed"> {
  try {
    const issueIt = cause.kind === "INVOICE" ? issueInvoice : issueDocument;
    const invoice = await app.transact((tx) => issueIt(tx, cause, app.config.issuer));
    if (!invoice) return "no number";
    app.log.info({ invoice: invoice.numberText, booking: invoice.bookingId }, "a waiting invoice is issued");
    app.wake.renderFiles();
    return "issued";
  } catch (error) {
    if (isOutage(error)) throw error;
    await tryLater(app, id, error);
    return "failed";
  }
}

// One document that can't be issued must not keep those behind it from their numbers.
async function tryLater(app: App, id: string, error: unknown): Promise<void> {
  await app.db.sql(
    `update pending_invoice set attempts = attempts + 1, error = $2,
       next_attempt_at = now() + least(power(2, least(attempts, 12)), 240) * interval '15 seconds' where id = $1`,
    [id, String(error).slice(0, 2_000)],
  );
  app.log.error({ err: error, pending: id }, "a waiting document cannot be issued: trying again later");
}
