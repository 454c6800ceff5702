import { bookingFile } from "#lib/server/booking-file.ts";
import { here } from "#lib/server/guard.ts";
import { redirect } from "@sveltejs/kit";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = (event) =>
  bookingFile(event, "factura", async () => {
    const { invoice } = event.locals.api;
    const { id, invoiceId } = event.params;
    const [{ invoice: document }, file] = await Promise.all([invoice.getInvoice({ invoiceId }), invoice.getInvoicePdf({ invoiceId })]);
    // The URL names booking and invoice: they must belong together.
    if (document!.bookingId !== id) redirect(303, here(`/reservas/${id}?falla=factura`));
    return new Response(new Uint8Array(file.data), {
      headers: {
        "content-type": "application/pdf",
        "content-length": String(file.data.length),
        "content-disposition": `inline; filename="${document!.number.replace(/[^\w-]/g, "")}.pdf"`,
        "cache-control": "private, no-store",
      },
    });
  });
