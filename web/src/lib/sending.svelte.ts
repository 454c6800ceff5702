import type { enhance } from "$app/forms";
import { tellFound, tellLost } from "#lib/connection.svelte.ts";

export type Submit = NonNullable<Parameters<typeof enhance>[1]>;

/**
 * A form on its way, with script: it is sent once at a time and keeps what was typed, also when nobody answers. `busy` is for its button.
 * `stale`: the status of a refusal after which what the page shows is looked up again.
 */
export function sending(stale?: number) {
  let busy = $state(false);
  const submit: Submit = ({ cancel }) => {
    if (busy) return cancel();
    busy = true;
    tellFound();
    return async ({ result, update }) => {
      // No answer at all has no status: an error page would take what she typed.
      if (result.type === "error" && result.status === undefined) tellLost("no_answer");
      else await update({ reset: false, ...(result.type === "failure" && result.status === stale && { refreshAll: true }) });
      busy = false;
    };
  };
  return {
    get busy() {
      return busy;
    },
    submit,
  };
}
