import { SALON_ADDRESS, SALON_CITY, SALON_NAME, SALON_PHONE } from "$app/env/private";
import ical, { ICalAlarmType } from "ical-generator";
import { m } from "#lib/paraglide/messages.js";
import { bookingView } from "#lib/server/booking-view.ts";
import { client } from "#lib/server/guard.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async (event) => {
  client(event);
  const { service, stylist, start, end, id, code } = await bookingView(event.locals.api, event.params.id);
  const calendar = ical({ name: SALON_NAME, prodId: { company: "Lacio", product: "Lacio" } });
  const visit = calendar.createEvent({
    // The same for the same booking: a calendar replaces what it has when the visit moves.
    id: `${id}@lacio`,
    sequence: Math.floor(Date.now() / 1000) - 1_700_000_000,
    start: new Date(start),
    end: new Date(end),
    summary: `${service} · ${SALON_NAME}`,
    description: [stylist && m.with_stylist({ stylist }), `${m.code()}: ${code}`, SALON_PHONE].filter(Boolean).join("\n"),
    location: [SALON_NAME, SALON_ADDRESS, SALON_CITY].filter(Boolean).join(", "),
  });
  visit.createAlarm({ type: ICalAlarmType.display, trigger: 2 * 60 * 60, description: service });
  return new Response(calendar.toString(), {
    headers: { "content-type": "text/calendar; charset=utf-8", "content-disposition": 'attachment; filename="cita-lacio.ics"' },
  });
};
