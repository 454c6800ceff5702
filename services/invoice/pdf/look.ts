import { drawText, lineHeight, textWidth, wrapped, type Style } from "./draw-text.ts";

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

type Wish = Partial<Style>;

const styleOf = ({ size = 9, bold = false, color = INK.azabache }: Wish): Style => ({ size, bold, color });

export function rule(doc: PDFKit.PDFDocument, y: number, color = INK.niebla, width = 0.75): void {
  doc.moveTo(PAGE.left, y).lineTo(PAGE.right, y).lineWidth(width).strokeColor(color).stroke();
}

/** One line; the font size shrinks until it fits. */
export function oneLine(doc: PDFKit.PDFDocument, text: string, x: number, y: number, width: number, align: "left" | "right", wish: Wish) {
  const style = styleOf(wish);
  const { size } = style;
  while (style.size > 4 && textWidth(doc, text, style) > width) style.size -= 0.25;
  const inset = align === "right" ? width - textWidth(doc, text, style) : 0;
  drawText(doc, text, x + inset, y + (size - style.size) * 0.7, style);
}

/** Text that wraps into at most `most` lines. Returns the y where it ends. */
export function fewLines(doc: PDFKit.PDFDocument, text: string, most: number, x: number, y: number, width: number, wish: Wish): number {
  const style = styleOf(wish);
  const lines = wrapped(doc, text, width, most, style);
  for (const [row, line] of lines.entries()) drawText(doc, line, x, y + row * lineHeight(style), style);
  return y + lines.length * lineHeight(style);
}

export const widthOf = (doc: PDFKit.PDFDocument, text: string, wish: Wish): number => textWidth(doc, text, styleOf(wish));

export function heightOf(doc: PDFKit.PDFDocument, text: string, most: number, width: number, wish: Wish): number {
  const style = styleOf(wish);
  return wrapped(doc, text, width, most, style).length * lineHeight(style);
}
