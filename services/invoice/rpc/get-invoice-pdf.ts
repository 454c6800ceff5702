import type { App, Rpc } from "../app.ts";
import { renderFile } from "../pdf/render-file.ts";
import { visibleInvoice } from "./get-invoice.ts";

export const getInvoicePdf =
  (app: App): Rpc["getInvoicePdf"] =>
  async ({ invoiceId }, ctx) => {
    const invoice = await visibleInvoice(app, invoiceId, ctx);
    const [file] = await app.db.sql<{ pdf: Buffer }>("select pdf from invoice_file where invoice_id = $1 and pdf is not null", [invoiceId]);
    const data = file?.pdf ?? (await renderFile(app, invoice));
    ctx.responseHeader.set("content-disposition", `inline; filename="${invoice.numberText}.pdf"`);
    return { contentType: "application/pdf", data };
  };
