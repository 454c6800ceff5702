import { PUBLIC_URL, SALON_ADDRESS, SALON_CITY, SALON_NAME, SALON_PHONE } from "$app/env/private";
import ical, { ICalAlarmType, ICalEventStatus } from "ical-generator";
import { m } from "#lib/paraglide/messages.js";
import { bookingFile } from "#lib/server/booking-file.ts";
import { bookingView, type BookingView } from "#lib/server/booking-view.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = (event) =>
  bookingFile(event, "calendario", async () => {
    const calendar = calendarWith(
      await bookingView(event.locals.api, event.params.id),
      new URL(event.url.pathname.replace(/\/[^/]*$/, ""), PUBLIC_URL).href,
    );
    return new Response(calendar, {
      headers: {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'attachment; filename="cita-lacio.ics"',
        "cache-control": "private, no-store",
      },
    });
  });

const alarmSeconds = 2 * 3600;
const epochSeconds = 1_700_000_000;

function calendarWith({ id, code, service, stylist, start, end, status }: BookingView, url: string): string {
  const calendar = ical({ name: SALON_NAME, prodId: { company: "Lacio", product: "Lacio" } });
  const visit = calendar.createEvent({
    // The same for the same booking, and a sequence that only grows: a calendar replaces what it has when the visit moves.
    id: `${id}@lacio`,
    sequence: Math.floor(Date.now() / 1000) - epochSeconds,
    start: new Date(start), // written as UTC: no calendar needs to know the salon's zone to show the right hour
    end: new Date(end),
    status: stateOf(status),
    summary: `${service} · ${SALON_NAME}`,
    description: [stylist && m.with_stylist({ stylist }), `${m.code()}: ${code}`, SALON_PHONE].filter(Boolean).join("\n"),
    location: [SALON_NAME, SALON_ADDRESS, SALON_CITY].filter(Boolean).join(", "),
    url,
  });
  visit.createAlarm({ type: ICalAlarmType.display, trigger: alarmSeconds, description: service });
  return calendar.toString();
}

function stateOf(status: BookingView["status"]): ICalEventStatus {
  if (status === "CANCELLED" || status === "EXPIRED") return ICalEventStatus.CANCELLED;
  return status === "PENDING_PAYMENT" ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED;
}
