import { test as once } from "@jest/globals";
import type { Page, Response } from "playwright-core";

const changed = "net::ERR_NETWORK_CHANGED";
// The browser's own page about the failed one may come when the next try has begun already.
const words = [changed, 'another navigation to "chrome-error:'];
const mostTries = 3;

let changes = 0;

/**
 * A test in a browser. One that failed while the machine's network changed is told again, and says so: what a script or a form had on its
 * way was dropped. It is told again for nothing else.
 */
export const test = Object.assign((name: string, tell: Tell, timeout?: number) => once(name, patient(tell), timeout), {
  each: (table: readonly unknown[]) => (name: string, tell: Tell, timeout?: number) => once.each(table)(name, patient(tell), timeout),
}) as unknown as ((name: string, tell: () => unknown, timeout?: number) => void) & Pick<typeof once, "each">;

type Tell = (...row: never[]) => unknown;

function patient(tell: Tell) {
  return async (...row: unknown[]) => {
    for (let tries = 1; ; tries++) {
      const before = changes;
      try {
        return await tell(...(row as never[]));
      } catch (error) {
        const dropped = changes > before || String(error).includes(changed); // the error may come before the news of its cause
        if (!dropped || tries === mostTries) throw error;
        console.warn("The machine's network changed during this test: again");
      }
    }
  };
}

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
