import type { Page, Response } from "playwright-core";

// Without the test runner: pictures are taken without it.
const changed = "net::ERR_NETWORK_CHANGED";
// The browser's own page about the failed one may come when the next try has begun already.
const words = [changed, 'another navigation to "chrome-error:'];
export const mostTries = 3;

let changes = 0;

/** How often the network has changed under a page till now. */
export const networkChanges = (): number => changes;

/** Whether it is what an error tells of; the error may come before the news of its cause. */
export const tellsOfNetwork = (error: unknown): boolean => String(error).includes(changed);

/**
 * Chromium drops every request that is on its way when an interface comes to the machine or goes, as when containers start, and no flag
 * keeps it from that. A page that was asked for is asked for once more, also when a part of it was dropped.
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
