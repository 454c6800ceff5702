import type { enhance } from "$app/forms";
import { tellFound, tellLost } from "#lib/connection.svelte.ts";

export type Submit = NonNullable<Parameters<typeof enhance>[1]>;

/**
 * For `enhance`: ignores a second submit while one is pending, and keeps the typed values when it fails. `busy` is for the button.
 * `stale`: the HTTP status of a failure after which the page's data is loaded again.
 */
export function sending(stale?: number) {
  let busy = $state(false);
  const submit: Submit = ({ cancel }) => {
    if (busy) return cancel();
    busy = true;
    tellFound();
    return async ({ result, update }) => {
      // A network error has no status. Rendering the error page would lose the typed values.
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
