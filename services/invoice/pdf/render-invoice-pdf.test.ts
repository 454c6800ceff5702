import { inflateSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { splitIva } from "@lacio/salon/iva";
import { create } from "qrcode";
import type { InvoiceDocument } from "../domain/invoice-document.ts";
import { invoiceJson } from "./invoice-json.ts";
import { openFaces } from "./faces.ts";
import { printable } from "./printed.ts";
import { qrText } from "./qr.ts";
import { renderInvoicePdf } from "./render-invoice-pdf.ts";

describe("the printed invoice", () => {
  test("says everything a client and the tax office look for", async () => {
    const [page] = pagesOf(await renderInvoicePdf(invoice()));
    expect(page?.text).toEqual(
      expect.arrayContaining([
        "Factura de venta",
        "SETP990000123",
        "Lacio Salón de Alisados S.A.S.",
        "NIT 900.373.115-3",
        "María Fernanda Ñúñez",
        "CC 1020304050",
        "maria@example.com",
        "24 de noviembre de 2026",
        "5:21:07 p. m., hora de Bogotá (UTC-5)",
        "miércoles 2 de diciembre de 2026",
        "8:30 a. m., hora de Bogotá",
        "7F3A-19C2",
        "Alisado largo",
        "$ 151.260,50",
        "19 %",
        "$ 28.739,50",
        "$ 180.000,00",
        "Página 1 de 1",
      ]),
    );
    const flowing = page?.text.join(" ");
    expect(flowing).toContain("resolución 18760000001, prefijo SETP, del 990000000 al 995000000.");
    expect(flowing).toContain("Vigente del 19/01/2026 al 19/01/2028.");
  });

  test("names the final consumer when the client gave no document", async () => {
    const document = invoice({ client: { name: "Ana", email: "ana@example.com" } });
    const [page] = pagesOf(await renderInvoicePdf(document));
    expect(page?.text).toContain("Consumidor final 222222222222");
    expect(qrText(document)).toContain("DocAdq: 222222222222");
  });

  test("a credit note names the invoice it corrects and claims no resolution", async () => {
    const note = invoice({ kind: "CREDIT_NOTE", number: "NC17", correctsNumber: "SETP990000123", resolution: undefined });
    const [page] = pagesOf(await renderInvoicePdf(note));
    expect(page?.text).toEqual(expect.arrayContaining(["Nota crédito", "NC17", "Corrige la factura", "SETP990000123"]));
    expect(page?.text.join(" ")).not.toContain("resolución");
  });

  test("forty lines go over pages with heading, column titles, QR and page number on each", async () => {
    const document = invoice({ notice: "SIN VALIDEZ FISCAL" }, 40);
    const pages = pagesOf(await renderInvoicePdf(document));
    expect(pages.length).toBeGreaterThan(1);
    const qr = darkModules(qrText(document));
    for (const [index, page] of pages.entries()) {
      expect(page.text.join(" ")).toContain("SETP990000123");
      expect(page.text).toEqual(expect.arrayContaining(["Descripción", "SIN VALIDEZ FISCAL", `Página ${index + 1} de ${pages.length}`]));
      expect(page.qr.modules).toEqual(qr);
    }
    const described = pages.flatMap((page) => page.text.filter((text) => /^Servicio \d+$/.test(text)));
    expect(described).toEqual(document.lines.map((line) => line.description));
    expect(pages.flatMap((page) => page.text).filter((text) => text === "Total")).toHaveLength(pages.length + 1);
    expect(pages.at(-1)?.text).toContain("$ 7.200.000,00");
  });

  test("sums the IVA of each rate", async () => {
    const document = invoice();
    document.lines.push({ description: "Champú", quantity: 2, ...splitIva(2_100_000n, 5), ivaPercent: 5, total: 2_100_000n });
    const [page] = pagesOf(await renderInvoicePdf(document));
    expect(page?.text).toEqual(expect.arrayContaining(["IVA 19 %", "IVA 5 %", "$ 1.000,00"]));
  });

  test("is the same, byte by byte, each time", async () => {
    const first = await renderInvoicePdf(invoice());
    expect(first.equals(await renderInvoicePdf(invoice()))).toBe(true);
    expect(first.toString("latin1")).toContain("(D:20261124222107Z)");
    expect(first.toString("latin1")).toContain("(Factura de venta SETP990000123)");
  });

  test("survives hostile texts", async () => {
    const long = "x".repeat(500);
    const document = invoice({ client: { name: `a\u202e💇 \u{10ffff}\ud800 ${long}`, email: `${long}@example.com` } });
    document.lines[0]!.description = `a\nb\u0000 ${long} ${long} ${long}`;
    const [page] = pagesOf(await renderInvoicePdf(document));
    expect(page?.text).toEqual(expect.arrayContaining(["Página 1 de 1"]));
    expect(page?.text.filter((text) => text.endsWith("…"))).toHaveLength(3);
  });
});

describe("the invoice prints the buyer as registered", () => {
  // ActualText has the name once; right-to-left text has none and is read from its glyphs.
  test.each([
    ["Polish", "Łukasz Żółć-Dąbrowski"],
    ["Vietnamese", "Nguyễn Thị Hường Ẫẵ"],
    ["Cyrillic", "Екатерина Їжаченко"],
    ["Greek", "Γιώργος Παπαδόπουλος"],
    ["Chinese", "王小明 (张三) 龘龍"],
    ["Japanese", "山田 かおり"],
    ["Korean", "김민수 뷁"],
    ["Thai", "สมชาย น้ำใจ"],
    ["Hindi", "देवी प्रसाद क्षत्रिय"],
    ["Georgian and Armenian", "გიორგი Հայկ"],
    ["in more than one script", "Ana 王 Їжак"],
  ])("%s", async (_, name) => {
    const pdf = await renderInvoicePdf(invoice({ client: { name, email: "a@example.com" } }));
    const [page] = pagesOf(pdf);
    expect(page?.actual).toEqual([name]);
    expect(lettersOf(page?.text.join("") ?? "")).toEqual(expect.arrayContaining(lettersOf(name)));
    expect(page?.text.join("")).not.toContain("?");
    expect(pdf.length).toBeLessThan(40_000); // a font has up to 800 kB: only a subset is embedded
  });

  test.each([
    ["Arabic", "محمد عبد الله", [1, "محمد عبد الله"]],
    ["Hebrew", "יוסף בן דוד", [1, "יוסף בן דוד"]],
    ["Arabic with a number and Latin", "محمد (123) Ahmed", [0, "Ahmed (123) ", 1, "محمد"]],
    ["Latin with Arabic", "Ana محمد S.A.S.", [0, "Ana ", 1, "محمد", 0, " S.A.S."]],
  ] as [string, string, (string | 0 | 1)[]][])("%s, shaped and from right to left", async (_, name, parts) => {
    const [page] = pagesOf(await renderInvoicePdf(invoice({ client: { name, email: "a@example.com" } })));
    const seen = parts
      .map((part, i) => (typeof part !== "string" ? "" : parts[i - 1] === 1 ? [...part].reverse().join("") : part))
      .join("");
    expect(page?.text.join("\u0001").replaceAll(" \u0001", " ").replaceAll("\u0001", "")).toContain(seen);
    expect(page?.actual).toEqual([]);
  });

  test("Arabic letters take the shape of their place", async () => {
    const shapesOf = async (name: string) => pagesOf(await renderInvoicePdf(invoice({ client: { name, email: "" } })))[0]!.glyphs;
    expect(await shapesOf("ههه")).toHaveLength(3); // initial, medial and final form
    expect(await shapesOf("ه ه ه")).toHaveLength(2); // isolated form, and the blank
  });

  test("a long legal name goes over as many lines as it takes", async () => {
    const name = `${"Inversiones ".repeat(7)}Sabana S.A.S.`.slice(0, 100);
    const wide = "W".repeat(100);
    for (const long of [name, wide]) {
      const [page] = pagesOf(await renderInvoicePdf(invoice({ client: { name: long, email: "a@example.com" } })));
      expect(page?.text.join("").replaceAll(" ", "")).toContain(long.replaceAll(" ", ""));
      expect(page?.text.join("")).not.toContain("…");
    }
  });

  test("the same name gives the same bytes, whoever was invoiced in between", async () => {
    const draw = (name: string) => renderInvoicePdf(invoice({ client: { name, email: "" } }));
    const first = await draw("Ẽlise Ňemec");
    await draw("Ệ ễ ň ẽ e n محمد");
    expect(first.equals(await draw("Ẽlise Ňemec"))).toBe(true);
  });

  test("documents are DIAN's: the buyer's is called what people call it", async () => {
    const client = { name: "Ana", documentType: "PASSPORT", documentNumber: "AB12345", email: "" };
    expect(pagesOf(await renderInvoicePdf(invoice({ client })))[0]!.text).toContain("Pasaporte AB12345");
    const nit = invoice({ client: { ...client, documentType: "NIT", documentNumber: "800197268-4" } });
    expect(pagesOf(await renderInvoicePdf(nit))[0]!.text).toContain("NIT 800197268-4");
    expect(qrText(nit)).toContain("DocAdq: 800197268\n");
  });
});

describe("the QR", () => {
  test("holds DIAN's data, one a line", () => {
    expect(qrText(invoice()).split("\n")).toEqual([
      "NumFac: SETP990000123",
      "FecFac: 2026-11-24",
      "HorFac: 17:21:07-05:00",
      "NitFac: 900373115",
      "DocAdq: 1020304050",
      "ValFac: 151260.50",
      "ValIva: 28739.50",
      "ValOtroIm: 0.00",
      "ValTolFac: 180000.00",
    ]);
  });

  test("is drawn module by module, at least 2 cm wide", async () => {
    const document = invoice();
    const [page] = pagesOf(await renderInvoicePdf(document));
    expect(page?.qr.modules).toEqual(darkModules(qrText(document)));
    expect(page?.qr.points).toBeGreaterThanOrEqual((2 / 2.54) * 72);
  });

  test("an invoice near midnight keeps the Colombian day", () => {
    expect(qrText(invoice({ issuedAt: new Date("2026-12-01T04:59:59.900Z") }))).toContain("FecFac: 2026-11-30\nHorFac: 23:59:59-05:00");
  });
});

describe("the JSON form", () => {
  test("carries amounts as proto Money does", () => {
    const json = JSON.parse(invoiceJson(invoice())) as Record<string, unknown>;
    expect(json).toMatchObject({
      kind: "INVOICE",
      number: "SETP990000123",
      issuedAt: "2026-11-24T17:21:07-05:00",
      total: { currencyCode: "COP", minorUnits: "18000000" },
      lines: [{ description: "Alisado largo", ivaPercent: 19, iva: { currencyCode: "COP", minorUnits: "2873950" } }],
      qr: qrText(invoice()),
    });
  });

  test("does not depend on the order in which the document was built", () => {
    const document = invoice();
    const reversed = Object.fromEntries(Object.entries(document).reverse()) as InvoiceDocument;
    expect(invoiceJson(reversed)).toBe(invoiceJson(document));
  });
});

test.each([
  ["Ñúñez — “Ana” €", "Ñúñez — “Ana” €"],
  ["Łukasz Żółć", "Łukasz Żółć"],
  ["e\u0301lite", "élite"],
  ["a\r\nb\u0000\u200b", "a b"],
  ["王 💇 \u{10fffd} அ", "王 ?"],
])("%j is printed %j", async (text, printed) => {
  await openFaces([text]);
  expect(printable(text)).toBe(printed);
});

function invoice(changes: Partial<InvoiceDocument> = {}, count = 1): InvoiceDocument {
  const price = 18_000_000n;
  const line = { quantity: 1, ...splitIva(price, 19), ivaPercent: 19, total: price };
  const lines = Array.from({ length: count }, (_, index) => ({
    description: count === 1 ? "Alisado largo" : `Servicio ${index + 1}`,
    ...line,
  }));
  const times = BigInt(count);
  return {
    kind: "INVOICE",
    number: "SETP990000123",
    issuedAt: new Date("2026-11-24T22:21:07Z"),
    issuer: {
      name: "Lacio Salón de Alisados S.A.S.",
      nit: "900.373.115-3",
      address: "Calle 85 # 12-40",
      city: "Bogotá D. C.",
      phone: "+57 601 555 0142",
      email: "hola@example.com",
    },
    resolution: {
      number: "18760000001",
      prefix: "SETP",
      from: 990_000_000n,
      to: 995_000_000n,
      validFrom: "2026-01-19",
      validUntil: "2028-01-19",
    },
    client: { name: "María Fernanda Ñúñez", documentType: "CC", documentNumber: "1020304050", email: "maria@example.com" },
    lines,
    base: line.base * times,
    iva: line.iva * times,
    total: price * times,
    bookingId: "01935f3a-7c2e-7b11-9d3f-5c2a7f3a19c2",
    visitAt: new Date("2026-12-02T13:30:00Z"),
    ...changes,
  };
}

type Page = { text: string[]; actual: string[]; glyphs: string[]; qr: { modules: string[]; points: number } };

// Parses the drawing operators, so that the test does not depend on pdfkit.
function pagesOf(pdf: Buffer): Page[] {
  const raw = pdf.toString("latin1");
  const streams = new Map(
    [...raw.matchAll(/(\d+) 0 obj\n<<[^>]*FlateDecode\n>>\nstream\n([\s\S]*?)\nendstream/g)].map((match) => [
      match[1]!,
      inflateSync(Buffer.from(match[2]!, "latin1")).toString("latin1"),
    ]),
  );
  const unicode = lettersByFont(raw, streams);
  return [...streams.values()]
    .filter((stream) => stream.includes("TJ"))
    .map((stream) => ({ ...textOf(stream, unicode), actual: actualOf(stream), qr: qrOf(stream) }));
}

/** The ToUnicode map of each embedded font. */
function lettersByFont(raw: string, streams: Map<string, string>): Map<string, string[]> {
  const objects = new Map([...raw.matchAll(/(\d+) 0 obj\n((?:(?!endobj)[\s\S])*)/g)].map((match) => [match[1]!, match[2]!]));
  const fonts = [...raw.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(
    (match) => [match[1]!, /ToUnicode (\d+)/.exec(objects.get(match[2]!) ?? "")?.[1]] as const,
  );
  return new Map(
    fonts.flatMap(([name, cmap]) => {
      const glyphs = cmap && [.../\[(.*)\]/s.exec(streams.get(cmap)!)![1]!.matchAll(/<([0-9a-f ]*)>/g)];
      return glyphs ? [[name, glyphs.map((glyph) => utf16(Buffer.from(glyph[1]!.replaceAll(" ", ""), "hex")))]] : [];
    }),
  );
}

const utf16 = (bytes: Buffer): string => new TextDecoder("utf-16be").decode(bytes);

function textOf(stream: string, unicode: Map<string, string[]>): Pick<Page, "text" | "glyphs"> {
  let font = "";
  const drawn = [...stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)].flatMap(([, chosen, shown]) => {
    font = chosen ?? font;
    const hex = [...(shown ?? "").matchAll(/<([0-9a-f]*)>/g)].map((part) => part[1]).join("");
    return shown === undefined ? [] : [{ letters: unicode.get(font), font, codes: hex.match(/.{4}/g) ?? [], hex }];
  });
  const text = drawn.map(({ letters, codes, hex }) => {
    const said = letters
      ? codes.map((code) => letters[parseInt(code, 16)]).join("")
      : new TextDecoder("windows-1252").decode(Buffer.from(hex, "hex"));
    return letters ? said : said.replaceAll("\u00a0", " ").trim();
  });
  return { text, glyphs: [...new Set(drawn.flatMap(({ letters, font, codes }) => (letters ? codes.map((code) => font + code) : [])))] };
}

// Strings in PDF escape what would end them.
function actualOf(stream: string): string[] {
  const plain = (escaped: string) =>
    escaped.replaceAll(/\\([nrtbf()\\])/g, (_, c: string) => ({ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" })[c] ?? c);
  return [...stream.matchAll(/\/ActualText \(\u00fe\u00ff((?:\\[\s\S]|[^\\)])*)\)/g)].map((match) =>
    utf16(Buffer.from(plain(match[1]!), "latin1")),
  );
}

const lettersOf = (text: string): string[] =>
  [...new Set(text.normalize("NFKD").replaceAll(" ", ""))].filter((letter) => !/\p{M}/u.test(letter)).toSorted();

// The QR is the only drawing of one-unit-high rectangles under its own scale.
function qrOf(stream: string): Page["qr"] {
  const block = /([\d.]+) 0 0 [\d.]+ 0 0 cm\n((?:\d+ \d+ \d+ 1 re\n)+)/.exec(stream);
  const modules = new Set<string>();
  for (const [, x, y, width] of (block?.[2] ?? "").matchAll(/(\d+) (\d+) (\d+) 1 re/g)) {
    for (let column = Number(x); column < Number(x) + Number(width); column++) modules.add(`${y}:${column}`);
  }
  const side = Math.max(...[...modules].map((module) => Number(module.split(":")[1]))) + 1;
  return { modules: [...modules].sort(), points: side * Number(block?.[1]) };
}

function darkModules(text: string): string[] {
  const { modules } = create(text, { errorCorrectionLevel: "M" });
  const dark = [];
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) if (modules.get(row, column)) dark.push(`${row}:${column}`);
  }
  return dark.sort();
}
