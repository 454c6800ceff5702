import { drawShortHeading } from "./draw-heading.ts";
import type { DocumentLine, InvoiceDocument } from "./invoice-document.ts";
import { INK, oneLine, PAGE, pen, rule } from "./look.ts";
import { printable, printedMoney } from "./printed.ts";

const COLUMNS = [
  { title: "Descripción", x: 48, width: 196, align: "left" },
  { title: "Cant.", x: 252, width: 32, align: "right" },
  { title: "Base", x: 292, width: 76, align: "right" },
  { title: "IVA %", x: 376, width: 32, align: "right" },
  { title: "IVA", x: 416, width: 66, align: "right" },
  { title: "Total", x: 488, width: 76, align: "right" },
] as const;

/** Draws the table, over as many pages as it takes. Returns where the last row ends. */
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
  describe(doc, line, (text, options) => doc.text(text, COLUMNS[0].x, y + 7, options));
  const values = [String(line.quantity), printedMoney(line.base), `${line.ivaPercent} %`, printedMoney(line.iva), printedMoney(line.total)];
  for (const [index, { x, width, align }] of COLUMNS.slice(1).entries()) {
    oneLine(doc, values[index] ?? "", x, y + 7, width, align, { size: 9, bold: index === 4 });
  }
}

function rowHeight(doc: PDFKit.PDFDocument, line: DocumentLine): number {
  return describe(doc, line, (text, options) => Math.min(doc.heightOfString(text, options), options.height)) + 13;
}

function describe<T>(
  doc: PDFKit.PDFDocument,
  line: DocumentLine,
  use: (text: string, options: { width: number; height: number; ellipsis: true }) => T,
): T {
  pen(doc, { size: 9.5 });
  return use(printable(line.description), {
    width: COLUMNS[0].width,
    height: 5 * doc.currentLineHeight(true) + 1,
    ellipsis: true,
  });
}
