import { isOutage } from "@lacio/chassis/errors";
import { settlePending } from "../acts/checkout.ts";
import { comparePaid, watchedSince } from "../acts/compare-payment.ts";
import type { App, Rpc } from "../app.ts";

const atOnce = 8;
const most = 200;

/** Sends what waits to be given back, and asks about payments now instead of when their jobs are due. */
export const reconcile = (app: App): Rpc["reconcile"] =>
  async function reconcile() {
    await sendWaitingRefunds(app);
    return askPayments(app);
  };

const sendWaitingRefunds = (app: App) =>
  app.transact(async (tx) => {
    for (const { id } of await tx.sql<{ id: string }>("select id from refund where status = 'REQUESTED'")) tx.later("send-refund", id);
  });

/** How many payments were asked about, of them had changed, and could not be asked about. */
type Asked = { checked: number; repaired: number; failed: number };

/** Asks about pending and paid payments, at most so many of each: first those that were not asked about for longest. */
export async function askPayments(app: App): Promise<Asked> {
  const pending = await ask(app, await idsOf(app, "status = 'PENDING'"), settlePending);
  const paid = "status in ('SUCCEEDED', 'PARTLY_REFUNDED', 'REFUNDED') and settled_at > $1";
  const settled = await ask(app, await idsOf(app, paid, [watchedSince(app.now())]), comparePaid);
  const sum = (of: keyof Asked) => pending[of] + settled[of];
  const asked = { checked: sum("checked"), repaired: sum("repaired"), failed: sum("failed") };
  if (asked.repaired > 0 || asked.failed > 0) app.log.info(asked, "reconciled");
  return asked;
}

async function idsOf(app: App, condition: string, params: unknown[] = []): Promise<string[]> {
  const text = `select id from payment where ${condition} order by checked_at nulls first, created_at limit ${most}`;
  return (await app.db.sql<{ id: string }>(text, params)).map(({ id }) => id);
}

/** Asks in waves. One failure does not stop the others; a wave in which all meet an outage does: the provider is away. @throws that outage */
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
