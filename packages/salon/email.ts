import { withoutUnseen } from "./line.ts";

/** An address as it was meant. Whether it is one, says the proto's rule: HTML's, which browsers follow too. */
export const emailOf = (typed: string): string =>
  withoutUnseen(typed)
    .replaceAll(/[\u200c\u200d]/g, "")
    .normalize("NFKC")
    .trim();
