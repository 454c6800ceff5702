// Stripe's own table: its minor unit of COP is a hundredth, while Intl knows no decimals of a peso.
const noDecimals = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split(" ");
const threeDecimals = "BHD JOD KWD OMR TND".split(" ");

/** Minor units as a person reads them: 5000000 cop is "$ 50.000" in es-CO. */
export function formatMoney(minorUnits: number, currency: string, locale: string): string {
  const code = currency.toUpperCase();
  const digits = noDecimals.includes(code) ? 0 : threeDecimals.includes(code) ? 3 : 2;
  const amount = minorUnits / 10 ** digits;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: code,
    minimumFractionDigits: Number.isInteger(amount) ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(amount);
}
