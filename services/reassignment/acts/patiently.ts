import { setTimeout as delay } from "node:timers/promises";

const pauseMs = 100;

/** Tries for `ms` milliseconds, while `mayChange` says that the failure may pass. @throws the last failure */
export async function patiently<T>(
  ms: number,
  attempt: () => Promise<T>,
  mayChange: (error: unknown) => boolean | Promise<boolean> = () => true,
): Promise<T> {
  for (let left = ms; ; left -= pauseMs) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 0 || !(await mayChange(error))) throw error;
      await delay(pauseMs);
    }
  }
}
