type Box = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A form's values by field name; of a checkbox or radio, by name and value, whether it is ticked. */
export type State = Record<string, string>;

const kinds = ["text", "tel", "email", "search", "url", "number", "date", "checkbox", "radio", "textarea", "select-one"];

/** The fields that a person fills in: no password (even while shown as text), one-time code, token or hidden field. */
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

/** The field's value in the server-rendered HTML. */
export function drawn(box: Box): string {
  if (isTick(box)) return String(box.defaultChecked);
  if (!(box instanceof HTMLSelectElement)) return box.defaultValue;
  return ([...box.options].find((option) => option.defaultSelected) ?? box.options[0])?.value ?? "";
}

/** Sets a field and dispatches input and change, as typing does, so that listeners run. */
export function fill(box: Box, said: string): void {
  if (isTick(box)) box.checked = said === "true";
  else box.value = said;
  for (const event of ["input", "change"]) box.dispatchEvent(new Event(event, { bubbles: true }));
}

const isTick = (box: Box): box is HTMLInputElement => box.type === "checkbox" || box.type === "radio";
