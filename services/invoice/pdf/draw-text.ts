import makeBidi from "bidi-js";
import { faceOf, isPlain, plainFace, type Face } from "./faces.ts";

export type Style = { size: number; bold: boolean; color: string };

// A run has one font and one direction: even bidi levels are left to right, odd ones right to left.
type Run = { text: string; face: Face; level: number };

const bidi = (makeBidi as unknown as typeof makeBidi.default)(); // a CommonJS module whose types say it is none
const graphemes = new Intl.Segmenter("es", { granularity: "grapheme" });
// Each run is shaped as a whole, not word by word.
const whole: PDFKit.Mixins.TextOptions = { lineBreak: false, baseline: "alphabetic", features: [] };
// All fonts share the baseline of the standard font, independent of their own ascent.
const ascent = 0.718;

export const lineHeight = ({ size }: Style): number => size * 1.17;

export function textWidth(doc: PDFKit.PDFDocument, text: string, style: Style): number {
  return runsOf(text, style.bold).reduce((width, run) => width + runWidth(doc, run, style), 0);
}

/** Draws one line. ActualText makes copying and searching yield `text`, independent of the glyphs that were drawn. */
export function drawText(doc: PDFKit.PDFDocument, text: string, x: number, y: number, style: Style): void {
  // pdfkit flips the page's y axis around every text, but a reader places ActualText without the flip: at the middle both agree.
  const middle = doc.page.height / 2;
  const runs = runsOf(text, style.bold);
  const told = !isPlain(text) && runs.every(({ level }) => level === 0); // readers reorder right-to-left text themselves
  doc.save().translate(x, y + ascent * style.size - middle);
  if (told) beginActual(doc, text, style);
  let at = 0;
  for (const run of inSight(runs)) {
    const width = runWidth(doc, run, style);
    doc.fillColor(style.color).strokeColor(style.color);
    doc.lineWidth(style.size * (style.bold ? 0.07 : 0.04)).text(run.text, at, middle, { ...whole, ...inkOf(run.face) });
    at += width;
  }
  if (told) doc.endMarkedContent();
  doc.restore();
}

// A reader needs a font size to place ActualText; pdfkit's first font, the heading's, is a resource of every page.
function beginActual(doc: PDFKit.PDFDocument, actual: string, { size }: Style): void {
  doc.addContent(`/F1 ${size} Tf`);
  doc.markContent("Span", { actual });
}

/** Wraps a text into at most `most` lines; what does not fit becomes an ellipsis. */
export function wrapped(doc: PDFKit.PDFDocument, text: string, width: number, most: number, style: Style): string[] {
  const fits = (line: string) => textWidth(doc, line.trimEnd(), style) <= width;
  const lines = [""];
  for (const part of text.split(/(?<=[ \u3000])/).flatMap((word) => (fits(word) ? [word] : lettersOf(word)))) {
    const longer = lines.at(-1)! + part;
    if (fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  if (lines.length <= most) return lines.map((line) => line.trim());
  const last = lettersOf(lines[most - 1]!.trimEnd());
  while (last.length > 0 && !fits(`${last.join("")}…`)) last.pop();
  return [...lines.slice(0, most - 1).map((line) => line.trim()), `${last.join("")}…`];
}

const inkOf = ({ thin }: Face) => ({ fill: true, stroke: thin === true });

const lettersOf = (text: string): string[] => [...graphemes.segment(text)].map(({ segment }) => segment);

function runWidth(doc: PDFKit.PDFDocument, { text, face }: Run, { size }: Style): number {
  if (face.font) doc.registerFont(face.name, face.font as never);
  return doc.font(face.name).fontSize(size).widthOfString(text, whole);
}

function runsOf(text: string, bold: boolean): Run[] {
  if (isPlain(text)) return [{ text, face: plainFace(bold), level: 0 }];
  const { levels } = bidi.getEmbeddingLevels(text, "auto");
  const runs: Run[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const level = levels[index]!;
    const face = faceOf(segment, bold) ?? plainFace(bold);
    const shown = level % 2 === 1 ? (bidi.getMirroredCharacter(segment) ?? segment) : segment;
    const last = runs.at(-1);
    if (last?.face.name === face.name && last.level === level) last.text += shown;
    else runs.push({ text: shown, face, level });
  }
  return runs;
}

// Unicode bidi rule L2: from the highest level down to the lowest odd one, reverse every sequence at that level or above.
function inSight(runs: Run[]): Run[] {
  const odd = runs.map(({ level }) => level).filter((level) => level % 2 === 1);
  const turned = [...runs];
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level >= Math.min(...odd); level--) {
    for (let from = 0; from < turned.length; from++) {
      let to = from;
      while (to < turned.length && turned[to]!.level >= level) to++;
      turned.splice(from, to - from, ...turned.slice(from, to).reverse());
      from = Math.max(from, to);
    }
  }
  return turned.map((run) =>
    run.level % 2 === 1 && !turnsItself.test(run.text) ? { ...run, text: lettersOf(run.text).reverse().join("") } : run,
  );
}

// fontkit reverses runs in these scripts itself, but not runs of only blanks and brackets.
const turnsItself = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
