import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { splitIva } from "./iva.ts";

describe("splitting a price that holds its IVA", () => {
  test.each([
    { price: 18_000_000n, percent: 19, base: 15_126_050n, iva: 2_873_950n },
    { price: 11_900n, percent: 19, base: 10_000n, iva: 1_900n },
    { price: 10_500n, percent: 5, base: 10_000n, iva: 500n },
    { price: 18_000_000n, percent: 0, base: 18_000_000n, iva: 0n },
    { price: 0n, percent: 19, base: 0n, iva: 0n },
    { price: 1n, percent: 19, base: 1n, iva: 0n },
    { price: 1n, percent: 100, base: 1n, iva: 0n },
    { price: 3n, percent: 100, base: 2n, iva: 1n },
  ])("$price at $percent % is $base + $iva", ({ price, percent, base, iva }) => {
    expect(splitIva(price, percent)).toEqual({ base, iva });
  });

  test("base and IVA always add up to the price, and the IVA is the rate of the base within one minor unit", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 1_000_000_000_000n), fc.integer({ min: 0, max: 100 }), (price, percent) => {
        const { base, iva } = splitIva(price, percent);
        expect(base + iva).toBe(price);
        expect(base >= 0n && iva >= 0n).toBe(true);
        const hundredthsOff = 100n * iva - base * BigInt(percent);
        expect(hundredthsOff <= 100n && hundredthsOff >= -100n).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("the base is the nearest one there is, a half going up", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 1_000_000_000_000n), fc.integer({ min: 0, max: 100 }), (price, percent) => {
        const { base } = splitIva(price, percent);
        const twiceOff = 2n * (base * (100n + BigInt(percent)) - price * 100n);
        expect(twiceOff <= 100n + BigInt(percent) && twiceOff > -(100n + BigInt(percent))).toBe(true);
      }),
    );
  });

  test.each([
    [-1n, 19],
    [1n, -1],
    [1n, 101],
    [1n, 1.5],
    [1n, NaN],
  ])("refuses %s at %s %%", (price, percent) => {
    expect(() => splitIva(price, percent)).toThrow(RangeError);
  });
});
