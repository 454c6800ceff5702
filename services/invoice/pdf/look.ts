export const INK = {
  azabache: "#1B1720",
  humo: "#5E5866",
  niebla: "#EAE8EE",
  seda: "#F5F4F7",
  mora: "#7A1F4B",
  maracuya: "#F2B33D",
  ambar: "#7A4B00",
  ambarSoft: "#FDF1D8",
};

/** Points, on a letter page. */
export const PAGE = { width: 612, left: 48, right: 564, top: 42, contentBottom: 648, footerTop: 668, qr: 74 };

const FACE = { regular: "Helvetica", bold: "Helvetica-Bold" };

type Style = { size?: number; bold?: boolean; color?: string };

export function pen(doc: PDFKit.PDFDocument, { size = 9, bold = false, color = INK.azabache }: Style = {}): PDFKit.PDFDocument {
  return doc
    .font(bold ? FACE.bold : FACE.regular)
    .fontSize(size)
    .fillColor(color);
}

export function rule(doc: PDFKit.PDFDocument, y: number, color = INK.niebla, width = 0.75): void {
  doc.moveTo(PAGE.left, y).lineTo(PAGE.right, y).lineWidth(width).strokeColor(color).stroke();
}

/** One line that becomes smaller until it fits. */
export function oneLine(doc: PDFKit.PDFDocument, text: string, x: number, y: number, width: number, align: "left" | "right", style: Style) {
  let size = style.size ?? 9;
  while (size > 4 && pen(doc, { ...style, size }).widthOfString(text) > width) size -= 0.25;
  const inset = align === "right" ? width - doc.widthOfString(text) : 0;
  doc.text(text, x + inset, y + ((style.size ?? 9) - size) * 0.7, { lineBreak: false });
}

/** Text that wraps over so many lines at most. */
export function fewLines(doc: PDFKit.PDFDocument, text: string, lines: number, x: number, y: number, width: number, style: Style): void {
  pen(doc, style).text(text, x, y, { width, height: lines * doc.currentLineHeight(true) + 1, ellipsis: true });
}
