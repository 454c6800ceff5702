import { ask, get, type Visitor } from "./ask.ts";
import { sell } from "./sale.ts";

const roundsForOneSale = 10;

/** Reads round after round until there were enough requests, and buys something every tenth time. */
export async function visit(visitor: Visitor): Promise<void> {
  const { n, wishes, record, nextSale } = visitor;
  const tomorrow = Temporal.Now.plainDateISO("America/Bogota").add({ days: 1 }).toString();
  let token: string | undefined;
  for (let round = n; record.requests() < wishes.requests; round++) {
    // Not all at once: the visitors begin in different rounds.
    if (round % roundsForOneSale === 0) token = (await sell(visitor, nextSale())) ?? token;
    await ask(visitor, "services", get("/v1/services"));
    await ask(visitor, "availability", get(`/v1/availability?serviceId=${wishes.serviceId}&date=${tomorrow}`));
    if (round % 2) await ask(visitor, "page", get(round % 4 === 1 ? "/" : `/reservar/${wishes.serviceId}`, { accept: "text/html" }));
    if (token) await ask(visitor, "bookings", get("/v1/bookings", { authorization: `Bearer ${token}` }));
  }
}
