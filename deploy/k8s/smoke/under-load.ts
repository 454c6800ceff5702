import { expectNothingLostOrTwice } from "./invariants.ts";
import { startLoad } from "./load.ts";
import { refusedByEdge, told } from "./failures.ts";
import type { Smoke } from "./smoke.ts";

/** Does something to the whole system, three times (--runs), while 5,000 requests go through the edge, and asks afterwards whether all is right. */
export async function underLoad(smoke: Smoke, what: string, change: (run: number) => Promise<void>): Promise<void> {
  const { cluster, check, note, options } = smoke;
  for (let run = 1; run <= options.runs; run++) {
    await cluster.settled();
    const load = await startLoad(smoke);
    const since = Date.now();
    await check(`${what} under load, run ${run}`, () => change(run));
    const changed = Math.round((Date.now() - since) / 1_000);
    const changedAt = new Date().toISOString();
    const report = await load.ended;
    const { requests, seconds, lastAt, byKind, failed, sales } = report;
    note(`changed in ${changed} s; ${requests} requests in ${seconds} s, ${sales.length} sales: ${JSON.stringify(byKind)}`);
    await check(`${what}, run ${run}: 0 of ${requests} requests failed`, async () => {
      if (failed.length > 0) throw new Error(`${failed.length} failed:\n${told(report)}\n${await refusedByEdge(smoke)}`);
      if (sales.length * 100 < requests) throw new Error("Less than one sale in a hundred requests: that is not the load that was meant.");
      if (lastAt < changedAt)
        throw new Error(`The load ended after ${seconds} s, before the change did after ${changed} s: not all was under load.`);
    });
    await check(`${what}, run ${run}: nothing of ${sales.length} sales is lost, and nothing was done twice`, () =>
      expectNothingLostOrTwice(smoke, report),
    );
  }
}
