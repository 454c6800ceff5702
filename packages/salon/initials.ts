/** A person's initials, at most two, where a photo has its place: "Ana María Ruiz" gives "AM". */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).slice(0, 2);
  return words
    .map((word) => [...word][0] ?? "")
    .join("")
    .toLocaleUpperCase("es");
}
