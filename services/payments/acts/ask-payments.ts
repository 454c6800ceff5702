import { isOutage } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { compareSettled, watchedDays } from "../timers/compare-payment.ts";
import { settlePending } from "../timers/settle-payment.ts";

const atOnce = 8;
const most = 200;

/** How many were asked about, had changed, and could not be asked about. */
type Asked = { checked: number; repaired: number; failed: number };

/** Asks the provider about payments now, pending and settled: those that were not asked about for longest. */
export async function askPayments(app: App): Promise<Asked> {
  const pending = await ask(app, await idsOf(app, "status = 'PENDING'"), settlePending);
  const watched = `status in ('SUCCEEDED', 'PARTLY_REFUNDED', 'REFUNDED') and settled_at > $1::timestamptz - interval '${watchedDays} days'`;
  const settled = await ask(app, await idsOf(app, watched), compareSettled);
  const sum = (of: keyof Asked) => pending[of] + settled[of];
  const asked = { checked: sum("checked"), repaired: sum("repaired"), failed: sum("failed") };
  if (asked.repaired > 0 || asked.failed > 0) app.log.info(asked, "reconciled");
  return asked;
}

async function idsOf(app: App, which: string): Promise<string[]> {
  const text = `select id from payment where $1::timestamptz is not null and ${which} order by checked_at nulls first, created_at limit ${most}`;
  return (await app.db.sql<{ id: string }>(text, [app.now()])).map(({ id }) => id);
}

/** A few at a time. What fails for one keeps no other waiting; but where a whole wave meets an outage, nobody is there to ask. @throws the outage */
async function ask(app: App, ids: string[], about: (app: App, id: string) => Promise<boolean>): Promise<Asked> {
  const asked: Asked = { checked: 0, repaired: 0, failed: 0 };
  for (let from = 0; from < ids.length; from += atOnce) {
    const wave = ids.slice(from, from + atOnce);
    const results = await Promise.allSettled(wave.map((id) => about(app, id)));
    const failures = results.flatMap((result, index) =>
      result.status === "rejected" ? [{ id: wave[index]!, error: result.reason as unknown }] : [],
    );
    for (const { id, error } of failures)
      app.log[isOutage(error) ? "warn" : "error"]({ err: error, payment_id: id }, "a payment could not be asked about");
    if (failures.length === wave.length && failures.every(({ error }) => isOutage(error))) throw failures[0]!.error;
    asked.checked += wave.length - failures.length;
    asked.failed += failures.length;
    asked.repaired += results.filter((result) => result.status === "fulfilled" && result.value).length;
  }
  return asked;
}
