import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "@jest/globals";

/**
 * Set-up by top-level await, before the file's first test: `await beforeTests(…)`. When it fails, the file fails once; after a failed
 * beforeAll each test would fail with the same page of text. `cleanUp` runs after the tests, or after the failure.
 * @throws what `prepare` throws, or an Error after `seconds`
 */
export async function beforeTests(prepare: () => Promise<unknown>, cleanUp: () => unknown, seconds = 120): Promise<void> {
  const waiting = new AbortController();
  try {
    await Promise.race([prepare(), timeout(seconds, waiting.signal)]);
  } catch (error) {
    await cleanUp();
    throw error;
  } finally {
    waiting.abort();
  }
  afterAll(async () => void (await cleanUp()));
}

// Jest has time limits for hooks and tests, but none for top-level await.
async function timeout(seconds: number, signal: AbortSignal): Promise<void> {
  const late = await sleep(seconds * 1_000, true, { signal }).catch(() => false);
  if (late) throw new Error(`What the tests of this file need was not there after ${seconds} s.`);
}
