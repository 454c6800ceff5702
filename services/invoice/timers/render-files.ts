import { isOutage } from "@lacio/chassis/errors";
import { follow, type Trail } from "@lacio/chassis/trail";
import { Counter } from "prom-client";
import type { App } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";
import { renderFile } from "../pdf/render-file.ts";

const stuckFiles = new Counter({ name: "lacio_invoice_files_stuck_total", help: "Invoices that could not be drawn ten times in a row." });

type Missing = { id: string; trail: Trail; attempts: number };

const alertAt = 10;

/** Draws the files of new invoices, outside the transaction that numbers them. A turn takes what was due when it began, each once. */
export async function renderFiles(app: App, over?: AbortSignal): Promise<void> {
  const began = app.now();
  while (!over?.aborted) {
    const missing = await claim(app, began);
    if (!missing) return;
    await draw(app, missing);
  }
}

// The attempt is on record before it is made: a document that kills whoever draws it waits longer each time. Of two replicas one gets the row.
async function claim(app: App, began: Date): Promise<Missing | undefined> {
  const [missing] = await app.db.sql<Missing>(
    `update invoice_file set attempts = attempts + 1, next_attempt_at = now() + least(power(2, least(attempts, 12)), 3600) * interval '2 seconds'
     where invoice_id = (select invoice_id from invoice_file where pdf is null and next_attempt_at <= $1
       order by next_attempt_at limit 1 for update skip locked)
     returning invoice_id as id, trail, attempts`,
    [began],
  );
  return missing;
}

async function draw(app: App, { id, trail, attempts }: Missing): Promise<void> {
  try {
    await follow(trail, "render invoice", async () => renderFile(app, await app.db.read().findOneOrFail(Invoice, { id })));
  } catch (error) {
    if (isOutage(error)) throw error;
    await tryLater(app, id, error);
    const stuck = attempts === alertAt;
    if (stuck) stuckFiles.inc();
    app.log[stuck ? "error" : "warn"](
      { err: error, invoice: id, attempts },
      stuck ? "ALERT: an invoice cannot be drawn; it needs a person" : "an invoice could not be drawn: trying again later",
    );
  }
}

// One document that can't be drawn must not keep the others from their clients.
async function tryLater(app: App, id: string, error: unknown): Promise<void> {
  await app.db.sql(
    `update invoice_file set error = $2, next_attempt_at = now() + least(power(2, least(attempts, 12)), 240) * interval '15 seconds'
     where invoice_id = $1 and pdf is null`,
    [id, String(error).slice(0, 2_000)],
  );
}
