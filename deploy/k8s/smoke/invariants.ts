import type { Report } from "@lacio/tools/load/report";
import { expectNoOverlap, expectSoldOnce, type Sale } from "@lacio/e2e/invariants";
import { quiet } from "@lacio/e2e/quiet";
import type { Smoke } from "./smoke.ts";
import { withSystem } from "./system.ts";

/**
 * Waits until no work is left, and asks the databases, the broker, the provider and the mailbox about every sale.
 * `mails`: so often a mail with an invoice may have come, with the same Message-ID: twice, when a worker was killed while it sent it.
 */
export function expectNothingLostOrTwice({ cluster }: Smoke, { sales }: Pick<Report, "sales">, { mails = 1 } = {}): Promise<void> {
  return withSystem(cluster, async (system) => {
    await quiet(system);
    const left = [...sales];
    const one = async () => {
      for (let sale: Sale | undefined; (sale = left.pop());) await expectSoldOnce(system, sale, { mails });
    };
    await Promise.all([one(), one(), one(), one()]);
    await expectNoOverlap(system);
  });
}
