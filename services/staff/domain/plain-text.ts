import { invalid } from "@lacio/chassis/errors";

/** PostgreSQL keeps no U+0000 in a text. @throws Refusal naming the field that holds one */
export function refuseNul(fields: Record<string, string | undefined>): void {
  for (const [field, text] of Object.entries(fields)) {
    if (text?.includes("\0")) throw invalid(field, "must not contain the character U+0000");
  }
}
