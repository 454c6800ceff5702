import { bookingCode } from "@lacio/salon/booking-code";
import { documentRules, type DocumentType } from "@lacio/salon/document";
import { drawLogo } from "./draw-logo.ts";
import { FINAL_CONSUMER } from "../domain/invoice-document.ts";
import type { InvoiceDocument } from "../domain/invoice-document.ts";
import { fewLines, INK, oneLine, PAGE, rule } from "./look.ts";
import { printable, printedInstant, printedVisit } from "./printed.ts";

export function documentTitle(document: InvoiceDocument): string {
  return document.kind === "INVOICE" ? "Factura de venta" : "Nota crédito";
}

/** The first page's heading: title, issuer and buyer. Returns the y where the table may start. */
export function drawHeading(doc: PDFKit.PDFDocument, document: InvoiceDocument): number {
  drawLogo(doc, PAGE.left - 8, PAGE.top, 40);
  oneLine(doc, documentTitle(document), 310, PAGE.top + 1, PAGE.right - 310, "right", { size: 10, color: INK.humo });
  oneLine(doc, printable(document.number), 310, PAGE.top + 15, PAGE.right - 310, "right", {
    size: 21,
    bold: true,
    color: INK.mora,
  });
  rule(doc, PAGE.top + 56);
  return drawFacts(doc, document, drawParties(doc, document, PAGE.top + 74) + 16) + 22;
}

/** The heading of the following pages. Returns the y where the table may continue. */
export function drawShortHeading(doc: PDFKit.PDFDocument, document: InvoiceDocument): number {
  drawLogo(doc, PAGE.left - 5, PAGE.top, 26);
  const title = `${documentTitle(document)} ${printable(document.number)}`;
  oneLine(doc, title, 310, PAGE.top + 9, PAGE.right - 310, "right", { size: 10, bold: true, color: INK.mora });
  rule(doc, PAGE.top + 36);
  return PAGE.top + 50;
}

function drawParties(doc: PDFKit.PDFDocument, { issuer, client }: InvoiceDocument, y: number): number {
  const clientDocument = client.documentNumber
    ? `${documentRules[client.documentType as DocumentType]?.printed ?? ""} ${client.documentNumber}`.trim()
    : `Consumidor final ${FINAL_CONSUMER}`;
  const left = drawParty(
    doc,
    "Emisor",
    issuer.name,
    [`NIT ${issuer.nit}`, `${issuer.address}, ${issuer.city}`, [issuer.phone, issuer.email].filter(Boolean).join(" · ")],
    PAGE.left,
    y,
  );
  const right = drawParty(doc, "Cliente", client.name, [clientDocument, client.email], 318, y);
  return Math.max(left, right);
}

function drawParty(doc: PDFKit.PDFDocument, label: string, name: string, details: string[], x: number, y: number): number {
  const width = 246;
  let end = fewLines(doc, label, 1, x, y, width, { size: 8, color: INK.humo });
  // Eight lines hold a hundred of the widest letters: a legal name is never truncated.
  end = fewLines(doc, printable(name), 8, x, end + 3, width, { size: 11, bold: true });
  for (const detail of details.filter(Boolean))
    end = fewLines(doc, printable(detail), 8, x, end + 2.5, width, { size: 9, color: INK.humo });
  return end;
}

function drawFacts(doc: PDFKit.PDFDocument, document: InvoiceDocument, y: number): number {
  const facts: [label: string, ...lines: string[]][] = [
    ["Emitida", ...printedInstant(document.issuedAt)],
    ["Cita", ...printedVisit(document.visitAt)],
    ["Código", bookingCode(document.bookingId)],
  ];
  if (document.correctsNumber) facts.push(["Corrige la factura", document.correctsNumber]);
  const widths = document.correctsNumber ? [170, 158, 76, 98] : [190, 190, 122];
  const height = 52;
  doc.roundedRect(PAGE.left, y, PAGE.right - PAGE.left, height, 8).fill(INK.seda);
  let x = PAGE.left + 14;
  for (const [index, [label, ...lines]] of facts.entries()) {
    const width = widths[index] ?? 0;
    oneLine(doc, label, x, y + 9, width - 12, "left", { size: 8, color: INK.humo });
    for (const [row, line] of lines.entries()) {
      oneLine(doc, printable(line), x, y + 21 + row * 12, width - 12, "left", { size: 9, bold: lines.length === 1 });
    }
    x += width;
  }
  return y + height;
}
