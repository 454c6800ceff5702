export type Language = "es" | "en";

const written = {
  es: { sign: "$", thousands: ".", cents: "," },
  en: { sign: "COP", thousands: ",", cents: "." },
};

/**
 * Formats centavos as pesos with a no-break space: `$ 49.999,99`, in English `COP 49,999.99`, because "$" would be read as dollars.
 * Pages and mails omit ",00"; tax documents always print the cents.
 */
export function money(centavos: bigint, language: Language, cents: "odd" | "always" = "odd"): string {
  const { sign, thousands, cents: point } = written[language];
  const [pesos, rest] = [centavos / 100n, centavos % 100n];
  const whole = String(pesos).replaceAll(/\B(?=(\d{3})+$)/g, thousands);
  return `${sign}\u00a0${whole}${rest === 0n && cents === "odd" ? "" : point + String(rest).padStart(2, "0")}`;
}
