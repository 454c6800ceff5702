import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "@jest/globals";

/**
 * Makes what all tests of a file need, while the file is read: `await beforeTests(…)` before its first test. Where it cannot be had, the
 * file fails, once; after a beforeAll that failed each of its tests would fail with the same page of text. `cleanUp` comes after the tests.
 */
export async function beforeTests(prepare: () => Promise<unknown>, cleanUp: () => unknown, seconds = 120): Promise<void> {
  const waiting = new AbortController();
  try {
    await Promise.race([prepare(), impatience(seconds, waiting.signal)]);
  } catch (error) {
    await cleanUp();
    throw error;
  } finally {
    waiting.abort();
  }
  afterAll(async () => void (await cleanUp()));
}

// Jest limits hooks and tests, but not the reading of a file.
async function impatience(seconds: number, signal: AbortSignal): Promise<void> {
  const late = await sleep(seconds * 1_000, true, { signal }).catch(() => false);
  if (late) throw new Error(`What the tests of this file need was not there after ${seconds} s.`);
}
