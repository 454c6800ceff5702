// DIAN's weights, from the last digit on (Orden Administrativa 4 de 1989).
const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];

/** The digit that guards a NIT (its digits alone, at most 15) against a slip. */
export function checkDigit(nit: string): number {
  const sum = [...nit].reverse().reduce((total, digit, place) => total + Number(digit) * weights[place]!, 0);
  return sum % 11 < 2 ? sum % 11 : 11 - (sum % 11);
}
