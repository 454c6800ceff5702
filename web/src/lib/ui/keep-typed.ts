import { untrack } from "svelte";
import { page } from "$app/state";
import type { Submit } from "#lib/sending.svelte.ts";
import { boxesOf, drawn, fill, keyOf, shown, stateOf, type State } from "./form-state.ts";
import { keep, keptFor, pathHere } from "./kept.ts";

/**
 * Keeps the unsent changes of a form over a reload and a language switch. They are in sessionStorage (one tab), bound to the account the
 * form was rendered for, until the form is accepted or another page is opened.
 */
export function keepTyped(account: () => string) {
  let start: State = {};
  let note = () => {};

  const attach = (form: HTMLFormElement) => {
    const [path, whose, which] = [pathHere(), account(), form.getAttribute("action") ?? ""];
    // Values that a failed POST without script returned were typed as well: they count as changes.
    const typed = untrack(() => (page.form as { values?: State } | null)?.values) ?? {};
    start = stateOf(form, (box) => (box.name in typed ? undefined : drawn(box)));
    note = () => {
      const kept = keptFor(whose) ?? { path, account: whose, forms: {} };
      kept.forms[which] = stateOf(form, (box) => (shown(box) === start[keyOf(box)] ? undefined : shown(box)));
      keep(kept);
    };
    putBack(form, keptFor(whose)?.forms[which] ?? {}, start);
    note(); // typed before hydration
    const events = ["input", "change"];
    for (const event of events) form.addEventListener(event, note);
    window.addEventListener("pageshow", note); // after Back: the browser has restored the fields
    return () => {
      for (const event of events) form.removeEventListener(event, note);
      window.removeEventListener("pageshow", note);
    };
  };

  /** Once accepted, the sent values are the form's new start; what was typed since then is kept. */
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

// Only where the field still has its rendered value: what was typed before hydration is newer.
function putBack(form: HTMLFormElement, kept: State, start: State): void {
  for (const box of boxesOf(form)) {
    const said = kept[keyOf(box)];
    if (said !== undefined && shown(box) === start[keyOf(box)]) fill(box, said);
  }
}
