import { goto } from "$app/navigation";
import { page } from "$app/state";
import { tick } from "svelte";
import type { Calendar } from "./server/calendar.ts";

/** The URL in the address bar: shallow routing puts a chosen hour into it without a request. */
export const shownAddress = () => page.shallow?.url ?? page.url;

/** The chosen hour of a page of hours. */
export const chosenHour = (calendar: Calendar | undefined): string | undefined => {
  if (!page.shallow) return calendar?.chosen;
  const start = page.shallow.url.searchParams.get("hora");
  return calendar?.hours.find((hour) => hour.start === start)?.start;
};

/** An hour is a link; with script, shallow routing without a request. After the keyboard the focus moves to "Continue". */
export async function chooseHour(event: MouseEvent & { currentTarget: HTMLAnchorElement }): Promise<void> {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const byKeyboard = event.detail === 0;
  await goto(event.currentTarget.href, { shallow: true, replace: true });
  await tick();
  if (byKeyboard) document.getElementById("continuar")?.focus();
}
