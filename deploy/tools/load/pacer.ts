import { setTimeout as sleep } from "node:timers/promises";

/** Answers when the next request may go, so that all callers together keep to the rate. Who comes late makes nobody hurry afterwards. */
export function pacer(perSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    const mine = Math.max(now, next);
    next = mine + 1_000 / perSecond;
    if (mine > now) await sleep(mine - now);
  };
}
