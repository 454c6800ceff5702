import type { Page, Response } from "playwright-core";

// Free of Jest, because gallery.ts runs without it.
const changed = "net::ERR_NETWORK_CHANGED";
// Chromium's error page of the failed request may load when the retry has already begun.
const words = [changed, 'another navigation to "chrome-error:'];
export const mostTries = 3;

let changes = 0;

/** How often the network has changed during a request so far. */
export const networkChanges = (): number => changes;

/** Whether an error is about a network change; it may be thrown before the "requestfailed" event. */
export const tellsOfNetwork = (error: unknown): boolean => String(error).includes(changed);

/**
 * Chromium aborts all pending requests when a network interface appears or disappears, as when containers start, and no flag prevents it.
 * A page load is retried, also when only a part of the page was aborted.
 */
export function whenNetworkChanges(page: Page): void {
  let dropped = false;
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== changed) return;
    dropped = true;
    changes++;
    console.warn(`The machine's network changed under ${request.method()} ${request.url()}`);
  });
  for (const name of ["goto", "reload"] as const) {
    const ask = page[name].bind(page) as (...args: unknown[]) => Promise<Response | null>;
    const onceMore = async (...args: unknown[]) => {
      for (let tries = 1; ; tries++) {
        dropped = false;
        try {
          const answer = await ask(...args);
          if (!dropped || tries === mostTries) return answer;
        } catch (error) {
          if (tries === mostTries || !words.some((one) => String(error).includes(one))) throw error;
        }
      }
    };
    Object.assign(page, { [name]: onceMore });
  }
}
