import { withoutUnseen } from "./line.ts";

/** Normalises a typed address. Validity is checked by the proto's rule, which is HTML's, as in browsers. */
export const emailOf = (typed: string): string =>
  withoutUnseen(typed)
    .replaceAll(/[\u200c\u200d]/g, "")
    .normalize("NFKC")
    .trim();
