import { Written } from "@lacio/proto/options/v1/options";
import { documentNumberOf } from "./document.ts";
import { emailOf } from "./email.ts";
import { lineOf } from "./line.ts";
import { phoneOf } from "./phone.ts";

/** Normalises text that was typed or pasted into a field of a kind. What can't be parsed stays, for validation to refuse. */
export function clean(kind: Written, typed: string): string {
  switch (kind) {
    case Written.EMAIL:
      return emailOf(typed);
    case Written.PHONE:
      return phoneOf(typed) ?? lineOf(typed);
    case Written.DOCUMENT:
      return documentNumberOf(typed);
    case Written.LINE:
      return lineOf(typed);
    case Written.WRITTEN_UNSPECIFIED:
      return typed;
  }
}
