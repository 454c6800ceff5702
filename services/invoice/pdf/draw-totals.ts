import { nextPage } from "./draw-lines.ts";
import type { InvoiceDocument } from "../domain/invoice-document.ts";
import { fewLines, INK, oneLine, PAGE } from "./look.ts";
import { printable, printedMoney } from "./printed.ts";

const LEFT = 340;

/** The totals, kept together on one page. */
export function drawTotals(doc: PDFKit.PDFDocument, document: InvoiceDocument, linesEnd: number): void {
  const sums: [string, bigint][] = [["Subtotal sin IVA", document.base], ...ivaByRate(document)];
  const height = 14 + sums.length * 16 + 44;
  const top = linesEnd + height > PAGE.contentBottom ? nextPage(doc, document) : linesEnd + 14;
  let y = top;
  for (const [label, amount] of sums) {
    oneLine(doc, label, LEFT, y, 100, "left", { size: 9.5, color: INK.humo });
    oneLine(doc, printedMoney(amount), LEFT + 104, y, PAGE.right - LEFT - 104, "right", { size: 9.5 });
    y += 16;
  }
  doc.roundedRect(LEFT - 12, y + 2, PAGE.right - LEFT + 12, 34, 8).fill(INK.seda);
  oneLine(doc, "Total", LEFT, y + 14, 50, "left", { size: 11, bold: true });
  oneLine(doc, printedMoney(document.total), LEFT + 54, y + 11, PAGE.right - LEFT - 64, "right", {
    size: 16,
    bold: true,
    color: INK.mora,
  });
  fewLines(doc, remark(document), 4, PAGE.left, top, 230, { size: 8.5, color: INK.humo });
}

function ivaByRate({ lines }: InvoiceDocument): [string, bigint][] {
  const sums = new Map<number, bigint>();
  for (const { ivaPercent, iva } of lines) sums.set(ivaPercent, (sums.get(ivaPercent) ?? 0n) + iva);
  return [...sums].sort(([a], [b]) => b - a).map(([rate, iva]) => [`IVA ${rate} %`, iva]);
}

function remark({ kind, correctsNumber }: InvoiceDocument): string {
  if (kind === "INVOICE") return "Valores en pesos colombianos (COP). El total incluye el IVA.";
  const corrected = correctsNumber ? ` Este valor se descuenta de la factura ${printable(correctsNumber)}.` : "";
  return `Valores en pesos colombianos (COP). El total incluye el IVA.${corrected}`;
}
