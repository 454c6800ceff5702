import { ConnectError } from "@connectrpc/connect";
import type { Api } from "./api.ts";
import { bookingView, type BookingView } from "./booking-view.ts";
import type { Hour } from "./calendar.ts";
import { openHolds, type OpenHold } from "./open-holds.ts";

/** What she is asked before an hour is held: to move what she holds of this service or to hold both; or whether two visits may overlap. */
export type HoldQuestion = { held: OpenHold[] } | { visit: BookingView };

/** The question of an address: `pregunta=otra`, or the id of the visit in the way. Undefined where there is nothing to ask any more. */
export async function holdQuestion(
  { api, session }: App.Locals,
  serviceId: string,
  chosen: Hour,
  asked: string | null,
): Promise<HoldQuestion | undefined> {
  if (!asked || session?.role !== "CLIENT") return undefined;
  try {
    if (asked !== "otra") return await ownVisit(api, asked, chosen);
    const held = await openHolds(api, serviceId);
    return held.length > 0 ? { held } : undefined;
  } catch (error) {
    if (error instanceof ConnectError) return undefined; // Continuing asks again
    throw error;
  }
}

/** A visit of hers that is live, and in the chosen time. */
async function ownVisit(api: Api, id: string, { start, end }: Hour): Promise<{ visit: BookingView } | undefined> {
  const visit = await bookingView(api, id);
  const live = visit.payable || visit.status === "CONFIRMED" || visit.status === "REASSIGNING";
  return live && Date.parse(visit.start) < Date.parse(end) && Date.parse(start) < Date.parse(visit.end) ? { visit } : undefined;
}
