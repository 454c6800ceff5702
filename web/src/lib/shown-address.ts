import { goto } from "$app/navigation";
import { page } from "$app/state";
import { tick } from "svelte";
import type { Calendar } from "./server/calendar.ts";

/** What is in the browser's address bar: an hour that was chosen by script is in it before any server hears of it. */
export const shownAddress = () => page.shallow?.url ?? page.url;

/** The chosen hour of a page of hours. */
export const chosenHour = (calendar: Calendar | undefined): string | undefined => {
  if (!page.shallow) return calendar?.chosen;
  const start = page.shallow.url.searchParams.get("hora");
  return calendar?.hours.find((hour) => hour.start === start)?.start;
};

/** An hour is a link; with script its address is taken at once, without asking the server. By keyboard the next step is in reach then. */
export async function chooseHour(event: MouseEvent & { currentTarget: HTMLAnchorElement }): Promise<void> {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const byKeyboard = event.detail === 0;
  await goto(event.currentTarget.href, { shallow: true, replace: true });
  await tick();
  if (byKeyboard) document.getElementById("continuar")?.focus();
}
