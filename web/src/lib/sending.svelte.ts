import type { SubmitFunction } from "$app/forms";

/**
 * A form on its way, with script: it is sent once at a time and keeps what was typed. `busy` is for its button.
 * `stale`: the status of a refusal after which what the page shows is looked up again.
 */
export function sending(stale?: number) {
  let busy = $state(false);
  const submit: SubmitFunction = ({ cancel }) => {
    if (busy) return cancel();
    busy = true;
    return async ({ result, update }) => {
      await update({ reset: false, ...(result.type === "failure" && result.status === stale && { refreshAll: true }) });
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
