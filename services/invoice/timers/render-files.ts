import { isOutage } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";
import { renderFile } from "../pdf/render-file.ts";
import { follow, type Trail } from "@lacio/chassis/trail";

const batchSize = 50;

/** Draws the files of new invoices, outside the transaction that numbers them. */
export async function renderFiles(app: App): Promise<void> {
  while ((await renderBatch(app)) === batchSize);
}

// One document that can't be drawn must not keep the others from their clients.
async function renderBatch(app: App): Promise<number> {
  const missing = await app.db.sql<{ invoice_id: string; trail: Trail }>(
    "select invoice_id, trail from invoice_file where pdf is null order by created_at limit $1",
    [batchSize],
  );
  let drawn = 0;
  for (const { invoice_id: id, trail } of missing) {
    try {
      await follow(trail, "render invoice", async () => renderFile(app, await app.db.read().findOneOrFail(Invoice, { id })));
      drawn++;
    } catch (error) {
      if (isOutage(error)) throw error;
      app.log.error({ err: error, invoice: id }, "an invoice cannot be drawn");
    }
  }
  return drawn;
}
