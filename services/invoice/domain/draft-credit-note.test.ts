import { describe, expect, test } from "@jest/globals";
import { draftCreditNote, type Corrected } from "./draft-credit-note.ts";
import type { FrozenLine } from "./invoice.ts";
import { splitIva } from "@lacio/salon/iva";

const refund = (refundId: string, amount: bigint) => ({ refundId, amount, sale: amount });

describe("a credit note", () => {
  test("of the whole amount takes exactly the invoice's base and IVA back", () => {
    const { kind, refundId, correctsInvoiceId, lines } = draftCreditNote(invoice([[18_000_001n, 19]]), refund("r1", 18_000_001n), 0n);
    expect({ kind, refundId, correctsInvoiceId }).toEqual({ kind: "CREDIT_NOTE", refundId: "r1", correctsInvoiceId: "i1" });
    expect(lines).toEqual([line(18_000_001n, 19, "Devolución: Servicio 1")]);
  });

  test("of a part takes that part of each", () => {
    expect(draftCreditNote(invoice([[18_000_000n, 19]]), refund("r1", 9_000_000n), 0n).lines).toEqual([
      line(9_000_000n, 19, "Devolución: Servicio 1"),
    ]);
  });

  test("has a line for each rate of IVA, in proportion", () => {
    const { lines } = draftCreditNote(
      invoice([
        [300n, 19],
        [100n, 0],
        [100n, 19],
      ]),
      refund("r1", 250n),
      0n,
    );
    expect(lines.map(({ description, ivaPercent, total }) => [description, ivaPercent, total])).toEqual([
      ["Devolución: Servicio 1 + Servicio 3", 19, "200"],
      ["Devolución: Servicio 2", 0, "50"],
    ]);
  });

  test("however many there are, together they are the invoice", () => {
    const whole = invoice([
      [10_007n, 19],
      [9_999n, 5],
      [3n, 0],
    ]);
    const parts = [1n, 6_666n, 6_666n, 6_667n, 9n];
    let before = 0n;
    const sums = { base: 0n, iva: 0n, total: 0n };
    for (const amount of parts) {
      const { lines } = draftCreditNote(whole, refund(`r${before}`, amount), before);
      expect(lines.reduce((sum, { total }) => sum + BigInt(total), 0n)).toBe(amount);
      for (const { base, iva, total } of lines) {
        expect(BigInt(base) + BigInt(iva)).toBe(BigInt(total));
        sums.base += BigInt(base);
        sums.iva += BigInt(iva);
        sums.total += BigInt(total);
      }
      before += amount;
    }
    const sumOf = (field: "base" | "iva" | "total") => whole.lines.reduce((sum, line) => sum + BigInt(line[field]), 0n);
    expect(sums).toEqual({ base: sumOf("base"), iva: sumOf("iva"), total: sumOf("total") });
  });

  test("never gives back more than was invoiced", () => {
    expect(() => draftCreditNote(invoice([[100n, 19]]), refund("r1", 1n), 100n)).toThrow(RangeError);
  });
});

function invoice(prices: [bigint, number][]): Corrected {
  return {
    id: "i1",
    bookingId: "b1",
    paymentId: "p1",
    clientId: "c1",
    visitAt: "2026-12-02T13:30:00.000Z",
    currency: "COP",
    client: { name: "Ana", email: "ana@example.com" },
    lines: prices.map(([price, rate], index) => line(price, rate, `Servicio ${index + 1}`)),
  };
}

function line(price: bigint, ivaPercent: number, description: string): FrozenLine {
  const { base, iva } = splitIva(price, ivaPercent);
  return { description, quantity: 1, base: `${base}`, ivaPercent, iva: `${iva}`, total: `${price}` };
}
