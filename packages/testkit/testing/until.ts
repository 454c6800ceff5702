import { setTimeout as sleep } from "node:timers/promises";

/** What can be waited for. No number: a count of 0 would be an answer, and nothing would be waited for. */
type Awaitable = object | string | boolean | bigint | null | undefined | void;

/** Asks every `everyMs` until the answer is neither false nor missing, and gives it back; errors count as "not yet". @throws after `timeoutMs` */
export async function until<T extends Awaitable>(
  question: () => T | Promise<T>,
  { timeoutMs = 15_000, everyMs = 50 } = {},
): Promise<Exclude<T, false | null | undefined>> {
  let last: unknown;
  for (const deadline = Date.now() + timeoutMs; ; await sleep(everyMs)) {
    try {
      const answer = await question();
      if (answer !== false && answer !== undefined && answer !== null) return answer as unknown as Exclude<T, false | null | undefined>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${question.toString()}; the last answer was ${String(last)}`, {
        cause: last,
      });
  }
}
