import { create } from "qrcode";
import { FINAL_CONSUMER } from "../domain/invoice-document.ts";
import type { Client, InvoiceDocument } from "../domain/invoice-document.ts";
import { INK } from "./look.ts";
import { bogotaDateTime } from "./printed.ts";

/** DIAN's QR content, one datum per line. */
export function qrText(document: InvoiceDocument): string {
  const [date, time] = bogotaDateTime(document.issuedAt).split("T");
  return [
    `NumFac: ${document.number}`,
    `FecFac: ${date}`,
    `HorFac: ${time}`,
    `NitFac: ${withoutCheckDigit(document.issuer.nit)}`,
    `DocAdq: ${buyer(document.client)}`,
    `ValFac: ${decimal(document.base)}`,
    `ValIva: ${decimal(document.iva)}`,
    `ValOtroIm: 0.00`,
    `ValTolFac: ${decimal(document.total)}`,
  ].join("\n");
}

const buyer = ({ documentType, documentNumber }: Client): string =>
  documentType === "NIT" ? withoutCheckDigit(documentNumber ?? "") : documentNumber || FINAL_CONSUMER;

function withoutCheckDigit(nit: string): string {
  return (nit.split("-")[0] ?? "").replaceAll(/\D/g, "");
}

function decimal(minorUnits: bigint): string {
  return `${minorUnits / 100n}.${String(minorUnits % 100n).padStart(2, "0")}`;
}

/** Draws the code as vectors, `size` points wide; the caller leaves the quiet zone around it. */
export function drawQr(doc: PDFKit.PDFDocument, text: string, x: number, y: number, size: number): void {
  const { modules } = create(text, { errorCorrectionLevel: "M" });
  doc
    .save()
    .translate(x, y)
    .scale(size / modules.size);
  // All runs are one path: if they were filled one by one, viewers would show hairlines between them.
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      const start = column;
      while (column < modules.size && modules.get(row, column)) column++;
      if (column > start) doc.rect(start, row, column - start, 1);
    }
  }
  doc.fill(INK.azabache).restore();
}
