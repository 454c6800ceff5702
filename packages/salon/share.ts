/** A percentage of an amount in minor units, rounded down to a whole centavo. */
export const shareOf = (amount: bigint, percent: number): bigint => (amount * BigInt(percent)) / 100n;
