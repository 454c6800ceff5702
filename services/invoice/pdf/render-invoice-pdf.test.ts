import { inflateSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { create } from "qrcode";
import { splitIva } from "../domain/tax.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import { invoiceJson } from "./invoice-json.ts";
import { bookingReference, printable, printedMoney } from "./printed.ts";
import { qrText } from "./qr-text.ts";
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
    expect(pages.at(-1)?.text).toContain(printedMoney(document.total));
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
    const document = invoice({ client: { name: `Łukasz 💇 王 ${long}`, email: `${long}@example.com` } });
    document.lines[0]!.description = `a\nb\u0000 ${long} ${long}`;
    const [page] = pagesOf(await renderInvoicePdf(document));
    expect(page?.text.join(" ")).toContain("Lukasz ?");
    expect(page?.text).toContain("Página 1 de 1");
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
  [0n, "$ 0,00"],
  [5n, "$ 0,05"],
  [18_000_000n, "$ 180.000,00"],
  [1_000_000_000_001n, "$ 10.000.000.000,01"],
])("%s minor units are printed %s", (minorUnits, text) => {
  expect(printedMoney(minorUnits)).toBe(text);
});

test.each([
  ["Ñúñez — “Ana” €", "Ñúñez — “Ana” €"],
  ["Łukasz Żółć", "Lukasz Zólc"],
  ["e\u0301lite", "élite"],
  ["a\r\nb\u0000\u200b", "a b"],
  ["王 💇", "?"],
])("%j is printed %j", (text, printed) => {
  expect(printable(text)).toBe(printed);
});

test("the booking's reference is the random end of its id", () => {
  expect(bookingReference("01935f3a-7c2e-7b11-9d3f-5c2a7f3a19c2")).toBe("7F3A-19C2");
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

type Page = { text: string[]; qr: { modules: string[]; points: number } };

// Reads the drawing operators back, so that the test trusts nothing of pdfkit's writing side.
function pagesOf(pdf: Buffer): Page[] {
  const raw = pdf.toString("latin1");
  const streams = [...raw.matchAll(/FlateDecode\n>>\nstream\n([\s\S]*?)\nendstream/g)].map((match) =>
    inflateSync(Buffer.from(match[1] ?? "", "latin1")).toString("latin1"),
  );
  return streams.filter((stream) => stream.includes("TJ")).map((stream) => ({ text: textOf(stream), qr: qrOf(stream) }));
}

function textOf(stream: string): string[] {
  return [...stream.matchAll(/\[([^\]]*)\] TJ/g)].map((match) => {
    const hex = [...(match[1] ?? "").matchAll(/<([0-9a-f]*)>/g)].map((part) => part[1]).join("");
    return new TextDecoder("windows-1252").decode(Buffer.from(hex, "hex")).replaceAll("\u00a0", " ").trim();
  });
}

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
