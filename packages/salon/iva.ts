export type TaxSplit = { base: bigint; iva: bigint };

/**
 * Splits a price that includes IVA, in minor units.
 * The IVA is the price less the rounded base: as a percentage of the base, some sums would differ from the price by one unit.
 */
export function splitIva(price: bigint, ivaPercent: number): TaxSplit {
  if (price < 0n) throw new RangeError(`a price can't be negative: ${price}`);
  if (!Number.isInteger(ivaPercent) || ivaPercent < 0 || ivaPercent > 100)
    throw new RangeError(`an IVA rate is a whole percentage from 0 to 100: ${ivaPercent}`);
  const base = roundHalfUp(price * 100n, 100n + BigInt(ivaPercent));
  return { base, iva: price - base };
}

function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}
