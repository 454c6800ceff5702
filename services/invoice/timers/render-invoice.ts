import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";
import { fileOf, renderFile } from "../pdf/render-file.ts";

/** Draws the files of a new invoice, outside the transaction that numbers it. */
export const renderInvoice =
  (app: App): Job["run"] =>
  async (id, { end }) => {
    if (await fileOf(app, id)) return; // somebody asked for it meanwhile
    await renderFile(app, await app.db.read().findOneOrFail(Invoice, { id }), end);
  };
