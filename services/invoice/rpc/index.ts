import type { Routes } from "@lacio/chassis/serve";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import type { App, Rpc } from "../app.ts";
import { createNumberingRange } from "./create-numbering-range.ts";
import { generateInvoice } from "./generate-invoice.ts";
import { getInvoice } from "./get-invoice.ts";
import { getInvoicePdf } from "./get-invoice-pdf.ts";
import { listInvoices } from "./list-invoices.ts";
import { listNumberingRanges } from "./list-numbering-ranges.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(InvoiceService, {
      getInvoice: getInvoice(app),
      listInvoices: listInvoices(app),
      getInvoicePdf: getInvoicePdf(app),
      generateInvoice: generateInvoice(app),
      createNumberingRange: createNumberingRange(app),
      listNumberingRanges: listNumberingRanges(app),
    } satisfies Rpc);
