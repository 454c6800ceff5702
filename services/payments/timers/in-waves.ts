import { isOutage } from "@lacio/chassis/errors";

const atOnce = 8;

/**
 * Works on all `ids`, a few at a time. What fails for one is told to `failed` and keeps no other waiting; but where a whole wave meets
 * an outage nobody is there to ask, and the turn ends. @throws the outage
 */
export async function inWaves<T>(
  ids: string[],
  work: (id: string) => Promise<T>,
  failed: (id: string, error: unknown) => void,
  over?: AbortSignal,
): Promise<T[]> {
  const done: T[] = [];
  for (let from = 0; from < ids.length && !over?.aborted; from += atOnce) {
    const wave = ids.slice(from, from + atOnce);
    const results = await Promise.allSettled(wave.map(work));
    results.forEach((result, index) => {
      if (result.status === "fulfilled") done.push(result.value);
      else failed(wave[index]!, result.reason);
    });
    const away = results.filter((result) => result.status === "rejected" && isOutage(result.reason));
    if (away.length === wave.length) throw (away[0] as PromiseRejectedResult).reason;
  }
  return done;
}
