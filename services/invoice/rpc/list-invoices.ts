import { Code } from "@connectrpc/connect";
import { caller, isAdmin, person } from "@lacio/chassis/access";
import { Refusal } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { App, Rpc } from "../app.ts";
import { Invoice } from "../domain/invoice.ts";
import { shown } from "./get-invoice.ts";

export const listInvoices =
  (app: App): Rpc["listInvoices"] =>
  async (req, ctx) => {
    const who = person(ctx);
    const clientId = isAdmin(caller(ctx)) ? req.clientId : who.id;
    if (req.clientId && req.clientId !== clientId)
      throw new Refusal("forbidden", "Only an ADMIN sees other people's invoices.", Code.PermissionDenied);
    const { size, limit, after } = pageOf(req);
    const where = {
      ...(clientId && { clientId }),
      ...(req.bookingId && { bookingId: req.bookingId }),
      ...(after && { id: { $lt: after[0]! } }),
    };
    const found = await app.db.read().find(Invoice, where, { orderBy: { id: "desc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (invoice) => [invoice.id]);
    return { invoices: rows.map(shown), nextPageToken };
  };
