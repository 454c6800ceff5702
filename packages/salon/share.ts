/** So many percent of an amount in minor units, rounded down: nobody gets a part of a centavo. */
export const shareOf = (amount: bigint, percent: number): bigint => (amount * BigInt(percent)) / 100n;
