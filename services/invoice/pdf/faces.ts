import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { decompress } from "wawoff2";

const require = createRequire(import.meta.url);

/** What letters are drawn with: a font of ours, embedded as far as it is used, or without one the PDF standard font of that name. */
export type Face = { name: string; font?: Font; /** Its lines are hairs, to be thickened by a stroke. */ thin?: true };

/** A text whose letters every reader has: it needs no font of ours, and most invoices have no other. */
export const isPlain = (text: string): boolean => /^[ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/u.test(text);

export const plainFace = (bold: boolean): Face => ({ name: bold ? "Helvetica-Bold" : "Helvetica" });

/** Reads the fonts that these texts need; before any of them is drawn. */
export async function openFaces(texts: string[]): Promise<void> {
  const letters = new Set(texts.filter((text) => !isPlain(text.normalize("NFC"))).flatMap((text) => lettersOf(text.normalize("NFC"))));
  if (letters.size === 0) return;
  await Promise.all(weights.map((weight) => open(broad(weight))));
  slices ??= await allSlices();
  const missing = [...letters].filter((letter) => !fonts.get(broad(400).file)!.hasGlyphForCodePoint(letter));
  const needed = slices.filter(({ ranges }) => missing.some((letter) => isIn(ranges, letter)));
  await Promise.all(needed.flatMap(({ cuts }) => cuts.map(open)));
}

/** The face that has every letter of a grapheme; undefined: none has. */
export function faceOf(grapheme: string, bold: boolean): Face | undefined {
  const letters = lettersOf(grapheme);
  const has = ({ file }: Cut) => letters.every((letter) => fonts.get(file)?.hasGlyphForCodePoint(letter));
  const cuts = [broad(bold ? 700 : 400), ...(slices ?? []).map((slice) => slice.cuts.at(bold ? -1 : 0)!)];
  const cut = cuts.find(has);
  return cut && { name: cut.file, font: fonts.get(cut.file)!, ...(cut.thin && { thin: true }) };
}

// What is drawn of a text: joiners and the like have no shape of their own.
const lettersOf = (text: string): number[] =>
  [...text].filter((letter) => !/\p{Default_Ignorable_Code_Point}/u.test(letter)).map((letter) => letter.codePointAt(0)!);

type Cut = { file: string; thin?: true };
type Slice = { ranges: [from: number, to: number][]; cuts: Cut[] };

const weights = [400, 700];
// DejaVu Sans: Latin with every mark, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic.
const broad = (weight: number): Cut => ({ file: `@fontsource/dejavu-sans/files/dejavu-sans-latin-${weight}-normal.woff2` });

// Noto Sans for the rest, in slices of some hundred letters. Of Chinese, Japanese and Korean all weights would be 130 MB: the variable
// fonts are 9, and what fontkit embeds of them is their thinnest weight.
let slices: Slice[] | undefined;
const allSlices = async (): Promise<Slice[]> => [
  ...(await slicesOf("@fontsource/noto-sans-thai", (name) => weights.map((weight) => ({ file: `${name}-${weight}-normal.woff2` })))),
  ...(await slicesOf("@fontsource/noto-sans-devanagari", (name) => weights.map((weight) => ({ file: `${name}-${weight}-normal.woff2` })))),
  ...(await slicesOf("@fontsource-variable/noto-sans-sc", (name) => [{ file: `${name}-wght-normal.woff2`, thin: true as const }])),
  ...(await slicesOf("@fontsource-variable/noto-sans-kr", (name) => [{ file: `${name}-wght-normal.woff2`, thin: true as const }])),
];

async function slicesOf(place: string, cutsOf: (name: string) => Cut[]): Promise<Slice[]> {
  const ranges = JSON.parse(await readFile(require.resolve(`${place}/unicode.json`), "utf8")) as Record<string, string>;
  return Object.entries(ranges).map(([part, unicode]) => ({
    ranges: unicode.split(",").map(rangeOf),
    cuts: cutsOf(`${place}/files/${place.split("/")[1]}-${part.replaceAll(/[[\]]/g, "")}`),
  }));
}

function rangeOf(unicode: string): [from: number, to: number] {
  const [from, to = from] = unicode.replace("U+", "").split("-");
  return [parseInt(from!, 16), parseInt(to!, 16)];
}

const isIn = (ranges: Slice["ranges"], letter: number): boolean => ranges.some(([from, to]) => letter >= from && letter <= to);

const fonts = new Map<string, Font>();
let opening: Promise<void> = Promise.resolve();

// One after the other: wawoff2 answers a view of its memory, which the next call writes over.
const open = (cut: Cut): Promise<void> => (opening = opening.then(() => read(cut)));

// fontkit reads WOFF2 itself, but not its composed letters.
async function read({ file }: Cut): Promise<void> {
  if (fonts.has(file)) return;
  const woff2 = await readFile(require.resolve(file));
  const font = create(Buffer.from(await decompress(woff2))) as Font;
  // A glyph that is met first as a part of another would never tell its letter to who copies it. Arabic's shapes tell the letter they shape.
  for (const letter of font.characterSet) if (!isShape(letter)) font.glyphForCodePoint(letter);
  fonts.set(file, font);
}

const isShape = (letter: number): boolean => (letter >= 0xfb1d && letter <= 0xfdff) || (letter >= 0xfe70 && letter <= 0xfeff);
