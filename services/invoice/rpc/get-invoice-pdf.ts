import type { App, Rpc } from "../app.ts";
import { fileOf, renderFile } from "../pdf/render-file.ts";
import { visibleInvoice } from "./get-invoice.ts";

export const getInvoicePdf =
  (app: App): Rpc["getInvoicePdf"] =>
  async ({ invoiceId }, ctx) => {
    const invoice = await visibleInvoice(app, invoiceId, ctx);
    const data = (await fileOf(app, invoiceId)) ?? (await renderFile(app, invoice));
    ctx.responseHeader.set("content-disposition", `inline; filename="${invoice.numberText}.pdf"`);
    return { contentType: "application/pdf", data };
  };
