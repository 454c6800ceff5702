import { ConnectError } from "@connectrpc/connect";
import type { Api } from "./api.ts";
import { bookingView, type BookingView } from "./booking-view.ts";
import type { Hour } from "./calendar.ts";
import { openHolds, type OpenHold } from "./open-holds.ts";

/** The question before a slot is held: move the hold of the same service or hold both (`held`); or may two visits overlap (`visit`). */
export type HoldQuestion = { held: OpenHold[] } | { visit: BookingView };

/** The question in the URL: `pregunta=otra`, or the id of the overlapping booking. Undefined when it no longer applies. */
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
    if (error instanceof ConnectError) return undefined; // the submit asks again
    throw error;
  }
}

/** The client's own live booking, if it overlaps the chosen time. */
async function ownVisit(api: Api, id: string, { start, end }: Hour): Promise<{ visit: BookingView } | undefined> {
  const visit = await bookingView(api, id);
  const live = visit.payable || visit.status === "CONFIRMED" || visit.status === "REASSIGNING";
  return live && Date.parse(visit.start) < Date.parse(end) && Date.parse(start) < Date.parse(visit.end) ? { visit } : undefined;
}
