// DIAN's weights, from the last digit on (Orden Administrativa 4 de 1989).
const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];

/** The check digit of a NIT (only its digits, at most 15). */
export function checkDigit(nit: string): number {
  const sum = [...nit].reverse().reduce((total, digit, place) => total + Number(digit) * weights[place]!, 0);
  return sum % 11 < 2 ? sum % 11 : 11 - (sum % 11);
}
