import { setTimeout as sleep } from "node:timers/promises";
import { ask, get, post, type Visitor } from "./ask.ts";

/** A new client books an hour that nobody else wants, and pays it. Answers her token; a step that fails ends it, and is recorded. */
export async function sell(visitor: Visitor, n: number): Promise<string | undefined> {
  const { wishes, record } = visitor;
  const email = `carga-${crypto.randomUUID()}@example.com`;
  const person = { email, password: "una clave larga", name: "Luz Carga", phone: "3005550102", locale: "es" };
  const registered = await post<{ accessToken: string }>(visitor, "register", "/v1/auth/register", person);
  if (!registered) return undefined;
  const authorization = `Bearer ${registered.accessToken}`;

  const wish = { serviceId: wishes.serviceId, ...hourOf(n, wishes.staffIds) };
  const key = { authorization, "idempotency-key": crypto.randomUUID() };
  const booked = await post<{ bookingId: string }>(visitor, "book", "/v1/bookings", wish, key);
  if (!booked) return undefined;
  const path = `/v1/bookings/${booked.bookingId}`;
  const paying = await post<{ checkoutUrl: string }>(visitor, "pay", `${path}/pay`, {}, { authorization });
  if (!paying || !(await approve(visitor, paying.checkoutUrl))) return undefined;

  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(500)) {
    const seen = await ask(visitor, "confirmation", get(path, { authorization }));
    if (!seen) continue; // recorded; she looks again
    if ((JSON.parse(seen) as { booking: { status: string } }).booking.status !== "CONFIRMED") continue;
    record.sold({ bookingId: booked.bookingId, email });
    return registered.accessToken;
  }
  record.failed("sale", `${booked.bookingId} of ${email} was paid and is not confirmed after a minute`);
  return undefined;
}

/** From the day after tomorrow on: twelve hours a day for each stylist. */
function hourOf(n: number, staffIds: string[]): { staffId: string; desiredStart: string } {
  const staffId = staffIds[n % staffIds.length]!;
  const hour = Math.floor(n / staffIds.length);
  const day = Temporal.Now.plainDateISO("America/Bogota").add({ days: 2 + Math.floor(hour / 12) });
  const start = day.toZonedDateTime({ timeZone: "America/Bogota", plainTime: { hour: 8 + (hour % 12) } });
  return { staffId, desiredStart: start.toInstant().toString() };
}

/** At the provider's page, which is no request to the edge. */
async function approve({ wishes, record }: Visitor, checkoutUrl: string): Promise<boolean> {
  const { pathname, search } = new URL(checkoutUrl);
  const body = new URLSearchParams({ decision: "approve" });
  const decided = await fetch(new URL(pathname + search, wishes.checkout), { method: "POST", body, redirect: "manual" }).catch(String);
  if (typeof decided === "object" && decided.status === 303) return true;
  record.failed("provider's page", typeof decided === "string" ? decided : String(decided.status));
  return false;
}
