import { browser } from "$app/env";
import { deLocalizeHref } from "#lib/paraglide/runtime.js";
import type { State } from "./form-state.ts";

/** What somebody typed on one page and did not send yet: this tab's, one account's, by form. */
export type Kept = { path: string; account: string; forms: Record<string, State> };
const name = "typed";

/** What is kept for this page and this account; of any other it is forgotten. */
export function keptFor(account: string): Kept | undefined {
  const kept = inStorage((storage) => JSON.parse(storage.getItem(name) ?? "null") as Kept | null);
  if (kept?.path === pathHere() && kept.account === account) return kept;
  forget();
  return undefined;
}

export function keep(kept: Kept): void {
  if (Object.values(kept.forms).every((typed) => Object.keys(typed).length === 0)) return forget();
  inStorage((storage) => storage.setItem(name, JSON.stringify(kept)));
}

const forget = () => inStorage((storage) => storage.removeItem(name));

/** The page's address without its language. */
export const pathHere = () => deLocalizeHref(location.pathname);

// Where a browser keeps nothing, or is full, nothing is put back; the page works as without script.
function inStorage<T>(work: (storage: Storage) => T): T | undefined {
  try {
    return work(sessionStorage);
  } catch {
    return undefined;
  }
}

// Who left and comes back starts anew, also when all between were pages without script, which forget nothing.
if (browser && !cameFromItself()) forget();
function cameFromItself(): boolean {
  const how = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  if (how?.type !== "navigate") return how?.type === "reload";
  const from = URL.parse(document.referrer);
  return from?.origin === location.origin && deLocalizeHref(from.pathname) === pathHere();
}
