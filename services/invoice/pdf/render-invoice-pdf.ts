import { buffer } from "node:stream/consumers";
import { bookingCode } from "@lacio/salon/booking-code";
import PDFDocument from "pdfkit";
import { drawFooter } from "./draw-footer.ts";
import { documentTitle, drawHeading } from "./draw-heading.ts";
import { drawLines } from "./draw-lines.ts";
import { drawTotals } from "./draw-totals.ts";
import { openFaces } from "./faces.ts";
import type { InvoiceDocument } from "../domain/invoice-document.ts";

/** Deterministic: the same document gives the same bytes. */
export async function renderInvoicePdf(document: InvoiceDocument): Promise<Buffer> {
  await openFaces(textsOf(document));
  const doc = new PDFDocument({
    size: "LETTER",
    margin: 0,
    bufferPages: true,
    lang: "es-CO",
    displayTitle: true,
    pdfVersion: "1.7",
    // pdfkit does not escape these in the XMP metadata: no text that people entered.
    info: {
      Title: `${documentTitle(document)} ${document.number}`,
      Subject: `Cita ${bookingCode(document.bookingId)}`,
      Creator: "Lacio",
      CreationDate: document.issuedAt,
    },
  });
  const bytes = buffer(doc);
  drawTotals(doc, document, drawLines(doc, document, drawHeading(doc, document)));
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page);
    drawFooter(doc, document, page + 1, count);
  }
  doc.end();
  return bytes;
}

// All text that people entered. The fixed text is Spanish, which the standard fonts cover.
const textsOf = ({ issuer, client, lines, notice = "" }: InvoiceDocument): string[] => [
  ...Object.values(issuer),
  client.name,
  client.email,
  ...lines.map(({ description }) => description),
  notice,
];
