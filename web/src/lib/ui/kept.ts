import { browser } from "$app/env";
import { deLocalizeHref } from "#lib/paraglide/runtime.js";
import type { State } from "./form-state.ts";

/** The unsent changes on one page in sessionStorage: of one tab and one account, by form. */
export type Kept = { path: string; account: string; forms: Record<string, State> };
const name = "typed";

/** The changes kept for this page and account; those of another page or account are deleted. */
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

// sessionStorage may be blocked or full: then nothing is restored.
function inStorage<T>(work: (storage: Storage) => T): T | undefined {
  try {
    return work(sessionStorage);
  } catch {
    return undefined;
  }
}

// Only a reload or a navigation from the same page keeps the changes: pages without script in between could not delete them.
if (browser && !cameFromItself()) forget();
function cameFromItself(): boolean {
  const how = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  if (how?.type !== "navigate") return how?.type === "reload";
  const from = URL.parse(document.referrer);
  return from?.origin === location.origin && deLocalizeHref(from.pathname) === pathHere();
}
