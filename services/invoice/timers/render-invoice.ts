import type { Job } from "@lacio/chassis/jobs";
import { keptFile, renderFile } from "../acts/render-file.ts";
import type { App } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";

/** Renders a new document. Drawing is slow: it holds neither the numbering's locks nor a transaction. */
export const renderInvoice = (app: App): Job["run"] =>
  async function renderInvoice(id, { end }) {
    if (await keptFile(app, id)) return; // GetInvoicePdf was faster
    await renderFile(app, await app.db.read().findOneOrFail(Invoice, { id }), end);
  };
