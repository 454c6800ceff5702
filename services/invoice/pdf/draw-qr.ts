import { create } from "qrcode";
import { INK } from "./look.ts";

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
