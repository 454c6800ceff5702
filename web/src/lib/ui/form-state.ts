type Box = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What the fields of a form say, by name; a box or a choice by name and value, whether it is ticked. */
export type State = Record<string, string>;

const kinds = ["text", "tel", "email", "search", "url", "number", "date", "checkbox", "radio", "textarea", "select-one"];

/** What a person types and chooses. No password, also while she looks at it as text, no code, and nothing that she does not see. */
export const boxesOf = (form: HTMLFormElement): Box[] =>
  ([...form.elements] as Box[]).filter(
    ({ type, name, autocomplete }) => name && kinds.includes(type) && !/password|one-time-code|token/.test(`${name} ${autocomplete}`),
  );

export function stateOf(form: HTMLFormElement, say: (box: Box) => string | undefined): State {
  const said = boxesOf(form).map((box) => [keyOf(box), say(box)] as const);
  return Object.fromEntries(said.filter((one): one is [string, string] => one[1] !== undefined));
}

export const keyOf = (box: Box) => (isTick(box) ? `${box.name}=${box.value}` : box.name);
export const shown = (box: Box) => (isTick(box) ? String(box.checked) : box.value);

/** What it said when the server drew it. */
export function drawn(box: Box): string {
  if (isTick(box)) return String(box.defaultChecked);
  if (!(box instanceof HTMLSelectElement)) return box.defaultValue;
  return ([...box.options].find((option) => option.defaultSelected) ?? box.options[0])?.value ?? "";
}

/** As if she had typed it: whoever listens hears of it. */
export function fill(box: Box, said: string): void {
  if (isTick(box)) box.checked = said === "true";
  else box.value = said;
  for (const event of ["input", "change"]) box.dispatchEvent(new Event(event, { bubbles: true }));
}

const isTick = (box: Box): box is HTMLInputElement => box.type === "checkbox" || box.type === "radio";
