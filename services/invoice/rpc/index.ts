import type { Routes } from "@lacio/chassis/serve";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import type { App, Rpc } from "../app.ts";
import { generateInvoice, getInvoice, getInvoicePdf, listInvoices } from "./invoices.ts";
import { createNumberingRange, listNumberingRanges } from "./numbering-ranges.ts";

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
