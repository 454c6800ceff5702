import { test as once } from "@jest/globals";
import { mostTries, networkChanges, tellsOfNetwork } from "./dropped-requests.ts";

/**
 * A browser test. It is retried, with a warning, only if it failed while the machine's network changed, because Chromium then aborts the
 * requests of scripts and forms.
 */
export const test = Object.assign((name: string, tell: Tell, timeout?: number) => once(name, patient(tell), timeout), {
  each: (table: readonly unknown[]) => (name: string, tell: Tell, timeout?: number) => once.each(table)(name, patient(tell), timeout),
}) as unknown as ((name: string, tell: () => unknown, timeout?: number) => void) & Pick<typeof once, "each">;

type Tell = (...row: never[]) => unknown;

function patient(tell: Tell) {
  return async (...row: unknown[]) => {
    for (let tries = 1; ; tries++) {
      const before = networkChanges();
      try {
        return await tell(...(row as never[]));
      } catch (error) {
        const dropped = networkChanges() > before || tellsOfNetwork(error);
        if (!dropped || tries === mostTries) throw error;
        console.warn("The machine's network changed during this test: again");
      }
    }
  };
}
