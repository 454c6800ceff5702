import { PUBLIC_URL, SALON_ADDRESS, SALON_CITY, SALON_NAME, SALON_PHONE } from "$app/env/private";
import { visitFile, type CalendarVisit } from "@lacio/calendar/visit-file";
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

function calendarWith({ id, code, service, stylist, start, end, status, revision }: BookingView, url: string): string {
  return visitFile({
    bookingId: id,
    revision: Number(revision),
    state: stateOf(status),
    start,
    end,
    title: `${service} · ${SALON_NAME}`,
    description: [stylist && m.with_stylist({ stylist }), `${m.code()}: ${code}`, SALON_PHONE].filter(Boolean).join("\n"),
    place: [SALON_NAME, SALON_ADDRESS, SALON_CITY].filter(Boolean).join(", "),
    url,
  });
}

function stateOf(status: BookingView["status"]): CalendarVisit["state"] {
  if (status === "CANCELLED" || status === "EXPIRED") return "CANCELLED";
  return status === "PENDING_PAYMENT" ? "TENTATIVE" : "CONFIRMED";
}
