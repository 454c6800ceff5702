import { drawShortHeading } from "./draw-heading.ts";
import type { DocumentLine, InvoiceDocument } from "../domain/invoice-document.ts";
import { fewLines, heightOf, INK, oneLine, PAGE, rule } from "./look.ts";
import { printable, printedMoney } from "./printed.ts";

const COLUMNS = [
  { title: "Descripción", x: 48, width: 196, align: "left" },
  { title: "Cant.", x: 252, width: 32, align: "right" },
  { title: "Sin IVA", x: 292, width: 76, align: "right" },
  { title: "IVA %", x: 376, width: 32, align: "right" },
  { title: "IVA", x: 416, width: 66, align: "right" },
  { title: "Total", x: 488, width: 76, align: "right" },
] as const;

const description = { size: 9.5 };

/** Draws the table, with page breaks. Returns the y where the last row ends. */
export function drawLines(doc: PDFKit.PDFDocument, document: InvoiceDocument, top: number): number {
  let y = drawColumnTitles(doc, top);
  for (const line of document.lines) {
    const height = rowHeight(doc, line);
    if (y + height > PAGE.contentBottom) y = drawColumnTitles(doc, nextPage(doc, document));
    drawRow(doc, line, y);
    y += height;
    rule(doc, y);
  }
  return y;
}

export function nextPage(doc: PDFKit.PDFDocument, document: InvoiceDocument): number {
  doc.addPage();
  return drawShortHeading(doc, document);
}

function drawColumnTitles(doc: PDFKit.PDFDocument, y: number): number {
  for (const { title, x, width, align } of COLUMNS) oneLine(doc, title, x, y, width, align, { size: 8, color: INK.humo });
  rule(doc, y + 16, INK.azabache, 0.75);
  return y + 16;
}

function drawRow(doc: PDFKit.PDFDocument, line: DocumentLine, y: number): void {
  fewLines(doc, printable(line.description), 5, COLUMNS[0].x, y + 7, COLUMNS[0].width, description);
  const values = [String(line.quantity), printedMoney(line.base), `${line.ivaPercent} %`, printedMoney(line.iva), printedMoney(line.total)];
  for (const [index, { x, width, align }] of COLUMNS.slice(1).entries()) {
    oneLine(doc, values[index] ?? "", x, y + 7, width, align, { size: 9, bold: index === 4 });
  }
}

function rowHeight(doc: PDFKit.PDFDocument, line: DocumentLine): number {
  return heightOf(doc, printable(line.description), 5, COLUMNS[0].width, description) + 13;
}
