import type { InvoiceDocument, Resolution } from "../domain/invoice-document.ts";
import { fewLines, INK, oneLine, PAGE, widthOf } from "./look.ts";
import { printable, printedDay } from "./printed.ts";
import { drawQr, qrText } from "./qr.ts";

/** The footer of every page: QR code, numbering authorisation and page number. */
export function drawFooter(doc: PDFKit.PDFDocument, document: InvoiceDocument, page: number, pages: number): void {
  const { left, right, footerTop, qr } = PAGE;
  drawQr(doc, qrText(document), left, footerTop, qr);
  const textLeft = left + qr + 20;
  drawStrands(doc, textLeft, footerTop);
  fewLines(doc, printable(numbering(document)), 4, textLeft, footerTop + 22, 330, { size: 8, color: INK.humo });
  const { name, nit } = document.issuer;
  oneLine(doc, printable(`${name} · NIT ${nit}`), textLeft, footerTop + qr - 8, 270, "left", { size: 8, color: INK.humo });
  oneLine(doc, `Página ${page} de ${pages}`, right - 80, footerTop + qr - 8, 80, "right", { size: 8, color: INK.humo });
  if (document.notice) drawNotice(doc, printable(document.notice));
}

function numbering({ kind, resolution, correctsNumber }: InvoiceDocument): string {
  if (resolution) return authorisation(resolution);
  return kind === "CREDIT_NOTE" && correctsNumber
    ? `Corrige la factura ${correctsNumber}. Las notas crédito llevan numeración propia.`
    : "";
}

function authorisation({ number, prefix, from, to, validFrom, validUntil }: Resolution): string {
  const range = `${prefix ? `prefijo ${prefix}, ` : ""}del ${from} al ${to}`;
  return `Numeración autorizada por la DIAN: resolución ${number}, ${range}. Vigente del ${printedDay(validFrom)} al ${printedDay(validUntil)}.`;
}

function drawStrands(doc: PDFKit.PDFDocument, x: number, y: number): void {
  doc.lineWidth(1.8).lineCap("round");
  for (const [index, color] of [INK.mora, INK.mora, INK.maracuya].entries()) {
    doc
      .moveTo(x + 1 + index * 5, y + 1)
      .lineTo(x + 1 + index * 5, y + 13)
      .stroke(color);
  }
  doc.lineCap("butt");
}

function drawNotice(doc: PDFKit.PDFDocument, notice: string): void {
  doc.roundedRect(PAGE.left, 14, PAGE.right - PAGE.left, 18, 6).fill(INK.ambarSoft);
  const width = Math.min(widthOf(doc, notice, { size: 8, bold: true }), 490);
  oneLine(doc, notice, (PAGE.width - width) / 2, 19.5, width + 1, "left", { size: 8, bold: true, color: INK.ambar });
}
