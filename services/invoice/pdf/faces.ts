import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { decompress } from "wawoff2";

const require = createRequire(import.meta.url);

/** The font of a run: a bundled font, embedded as a subset; or without `font`, the PDF standard font of that name. */
export type Face = { name: string; font?: Font; /** A thin weight, to be thickened by a stroke. */ thin?: true };

/** Text within WinAnsi, which the PDF standard fonts cover without embedding; most invoices need nothing else. */
export const isPlain = (text: string): boolean => /^[ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/u.test(text);

export const plainFace = (bold: boolean): Face => ({ name: bold ? "Helvetica-Bold" : "Helvetica" });

/** Loads the fonts that these texts need; to be called before drawing. */
export async function openFaces(texts: string[]): Promise<void> {
  const letters = new Set(texts.filter((text) => !isPlain(text.normalize("NFC"))).flatMap((text) => lettersOf(text.normalize("NFC"))));
  if (letters.size === 0) return;
  await Promise.all(weights.map((weight) => open(broad(weight))));
  slices ??= await allSlices();
  const missing = [...letters].filter((letter) => !fonts.get(broad(400).file)!.hasGlyphForCodePoint(letter));
  const needed = slices.filter(({ ranges }) => missing.some((letter) => isIn(ranges, letter)));
  await Promise.all(needed.flatMap(({ cuts }) => cuts.map(open)));
}

/** The font that has a glyph for every code point of a grapheme; undefined: none has. */
export function faceOf(grapheme: string, bold: boolean): Face | undefined {
  const letters = lettersOf(grapheme);
  const has = ({ file }: Cut) => letters.every((letter) => fonts.get(file)?.hasGlyphForCodePoint(letter));
  const cuts = [broad(bold ? 700 : 400), ...(slices ?? []).map((slice) => slice.cuts.at(bold ? -1 : 0)!)];
  const cut = cuts.find(has);
  return cut && { name: cut.file, font: fonts.get(cut.file)!, ...(cut.thin && { thin: true }) };
}

// The code points that are drawn: joiners and other ignorable ones have no glyph.
const lettersOf = (text: string): number[] =>
  [...text].filter((letter) => !/\p{Default_Ignorable_Code_Point}/u.test(letter)).map((letter) => letter.codePointAt(0)!);

type Cut = { file: string; thin?: true };
type Slice = { ranges: [from: number, to: number][]; cuts: Cut[] };

const weights = [400, 700];
// DejaVu Sans: Latin with all diacritics, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic.
const broad = (weight: number): Cut => ({ file: `@fontsource/dejavu-sans/files/dejavu-sans-latin-${weight}-normal.woff2` });

// Noto Sans for the rest, in slices of some hundred code points. For Chinese, Japanese and Korean all static weights would be 130 MB: the
// variable fonts are 9 MB, but fontkit embeds only their default weight, the thinnest.
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

// Serialised: wawoff2 returns a view of its WASM memory, which the next call overwrites.
const open = (cut: Cut): Promise<void> => (opening = opening.then(() => read(cut)));

// Decompressed first, because fontkit's own WOFF2 reader does not handle composite glyphs.
async function read({ file }: Cut): Promise<void> {
  if (fonts.has(file)) return;
  const woff2 = await readFile(require.resolve(file));
  const font = create(Buffer.from(await decompress(woff2))) as Font;
  // fontkit fixes a glyph's code points when it is first created; created as part of a composite it would have none, and ToUnicode would
  // miss it. Arabic presentation forms are left out, so that they map to their base letters.
  for (const letter of font.characterSet) if (!isShape(letter)) font.glyphForCodePoint(letter);
  fonts.set(file, font);
}

const isShape = (letter: number): boolean => (letter >= 0xfb1d && letter <= 0xfdff) || (letter >= 0xfe70 && letter <= 0xfeff);
