import { fail, redirect } from "@sveltejs/kit";
import { bookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const booking = await bookingView(event.locals.api, event.params.id);
  if (!["PENDING_PAYMENT", "CONFIRMED", "REASSIGNING"].includes(booking.status)) redirect(303, here(`/reservas/${booking.id}`));
  return { booking, now: new Date().toISOString() };
};

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const reason = String((await event.request.formData()).get("reason") ?? "").trim();
    if (reason.length > 500) return fail(422, { values: { reason }, tooLong: true });
    try {
      await event.locals.api.booking.cancelBooking({ bookingId: event.params.id, reason });
    } catch (error) {
      if (isAway(error)) return fail(503, { values: { reason }, failure: "servicio" });
      const refusal = refusalOf(error).reason;
      if (refusal === "too_late") return fail(409, { values: { reason }, failure: refusal });
      // Cancelled, expired or over meanwhile: the booking's page says which.
    }
    redirect(303, here(`/reservas/${event.params.id}`));
  },
};
