import { Gauge } from "prom-client";
import type { App } from "../app.ts";

const numbersLeft = new Gauge({
  name: "lacio_invoice_numbers_left",
  help: "Numbers that may still be used, now or later, by kind of document.",
  labelNames: ["kind"],
});
const daysLeft = new Gauge({
  name: "lacio_invoice_numbers_days_left",
  help: "Days until the last usable number loses its validity, by kind of document.",
  labelNames: ["kind"],
});
const waiting = new Gauge({
  name: "lacio_invoices_waiting",
  help: "Documents that wait for a numbering range.",
  labelNames: ["kind"],
});

type Stock = { kind: string; left: string; authorised: string; days: number | null; waiting: string };

/** Sets the gauges of the stock of numbers, at each scrape. */
export async function measureNumbers(app: App): Promise<void> {
  for (const stock of await takeStock(app)) {
    numbersLeft.set({ kind: stock.kind }, Number(stock.left));
    daysLeft.set({ kind: stock.kind }, stock.days ?? 0);
    waiting.set({ kind: stock.kind }, Number(stock.waiting));
  }
}

/** Logs before numbers or their validity run out: the tax authority needs time for a new authorisation. */
export async function watchNumbers(app: App): Promise<void> {
  for (const stock of await takeStock(app)) {
    if (stock.waiting !== "0") app.log.error(stock, "documents wait for a numbering range: open a new one");
    else if (isLow(stock)) app.log.warn(stock, "numbers or their validity run out soon: open a new range");
  }
}

const isLow = ({ left, authorised, days }: Stock): boolean => BigInt(left) * 20n < BigInt(authorised) || (days ?? 0) < 30;

function takeStock(app: App): Promise<Stock[]> {
  return app.db.sql<Stock>(
    `with today as (select ($1::timestamptz at time zone 'America/Bogota')::date as day)
     select kinds.kind, coalesce(sum(to_number - next_number + 1), 0)::bigint as left, coalesce(sum(to_number - from_number + 1), 0)::bigint as authorised,
       max(valid_until - day) filter (where next_number <= to_number) as days,
       (select count(*) from pending_invoice where pending_invoice.kind = kinds.kind) as waiting
     from today cross join unnest(array['INVOICE', 'CREDIT_NOTE']) as kinds (kind)
       left join numbering_range on numbering_range.kind = kinds.kind and valid_until >= day
     group by kinds.kind`,
    [app.now()],
  );
}
