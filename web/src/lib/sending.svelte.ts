import type { SubmitFunction } from "$app/forms";

/** A form on its way, with script: it is sent once at a time and keeps what was typed. `busy` is for its button. */
export function sending() {
  let busy = $state(false);
  const submit: SubmitFunction = ({ cancel }) => {
    if (busy) return cancel();
    busy = true;
    return async ({ update }) => {
      await update({ reset: false });
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
