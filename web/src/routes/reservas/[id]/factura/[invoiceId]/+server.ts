import { client } from "#lib/server/guard.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async (event) => {
  client(event);
  const { invoice } = event.locals.api;
  const { invoiceId } = event.params;
  const [{ invoice: document }, file] = await Promise.all([invoice.getInvoice({ invoiceId }), invoice.getInvoicePdf({ invoiceId })]);
  return new Response(new Uint8Array(file.data), {
    headers: {
      "content-type": file.contentType || "application/pdf",
      "content-disposition": `inline; filename="${document!.number.replace(/[^\w-]/g, "")}.pdf"`,
      "cache-control": "private, no-store",
    },
  });
};
