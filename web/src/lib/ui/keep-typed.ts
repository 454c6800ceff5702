import { untrack } from "svelte";
import { page } from "$app/state";
import type { Submit } from "#lib/sending.svelte.ts";
import { boxesOf, drawn, fill, keyOf, shown, stateOf, type State } from "./form-state.ts";
import { keep, keptFor, pathHere } from "./kept.ts";

/**
 * What she changed in a form and did not send yet outlasts a reload and the link to the other language. It is kept in this tab alone, for
 * the account that the form was drawn for, until the form was taken or she is on another page.
 */
export function keepTyped(account: () => string) {
  let start: State = {};
  let note = () => {};

  const attach = (form: HTMLFormElement) => {
    const [path, whose, which] = [pathHere(), account(), form.getAttribute("action") ?? ""];
    // What an answer to a form that went without script shows was typed, too.
    const typed = untrack(() => (page.form as { values?: State } | null)?.values) ?? {};
    start = stateOf(form, (box) => (box.name in typed ? undefined : drawn(box)));
    note = () => {
      const kept = keptFor(whose) ?? { path, account: whose, forms: {} };
      kept.forms[which] = stateOf(form, (box) => (shown(box) === start[keyOf(box)] ? undefined : shown(box)));
      keep(kept);
    };
    putBack(form, keptFor(whose)?.forms[which] ?? {}, start);
    note(); // what she typed before the script came
    const events = ["input", "change"];
    for (const event of events) form.addEventListener(event, note);
    window.addEventListener("pageshow", note); // the browser's Back shows the page as it was left
    return () => {
      for (const event of events) form.removeEventListener(event, note);
      window.removeEventListener("pageshow", note);
    };
  };

  /** A form that was taken starts from what was sent: what she typed since then is kept. */
  const through =
    (submit: Submit): Submit =>
    async (sending) => {
      const sent = stateOf(sending.formElement, shown);
      const answered = await submit(sending);
      if (!answered) return undefined;
      return async (answer) => {
        if (answer.result.type === "success" || answer.result.type === "redirect") {
          start = sent;
          note();
        }
        await answered(answer);
      };
    };
  return { attach, through };
}

// Only where the field is as it was drawn: what she typed before the script came is newer.
function putBack(form: HTMLFormElement, kept: State, start: State): void {
  for (const box of boxesOf(form)) {
    const said = kept[keyOf(box)];
    if (said !== undefined && shown(box) === start[keyOf(box)]) fill(box, said);
  }
}
