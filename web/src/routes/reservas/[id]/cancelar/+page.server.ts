import { Code } from "@connectrpc/connect";
import { fail, redirect } from "@sveltejs/kit";
import { bookingView, type BookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { seenWithRefund } from "#lib/server/seen.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { id } = event.params;
  const booking = await bookingView(event.locals.api, id).catch((error: unknown) => {
    // After a failed POST the page is rendered even without the booking, to keep the typed reason.
    if (event.request.method === "POST" && isAway(error)) return undefined;
    throw error;
  });
  if (booking && !cancellable(booking)) redirect(303, toBooking(booking));
  return { id, booking };
};

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const bookingId = event.params.id;
    const form = await event.request.formData();
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const reason = text("reason");
    const values = { reason, revision: text("revision"), refund: text("refund") };
    if ([...reason].length > 500) return fail(422, { values, tooLong: true });
    try {
      // With the revision and refund that were shown: since then it may have been paid or moved, or free cancellation may have ended.
      await event.locals.api.booking.cancelBooking({ bookingId, reason, ...seenWithRefund(form) });
    } catch (error) {
      if (isAway(error)) return fail(503, { values, failure: "away" });
      const refusal = refusalOf(error);
      if (refusal.code === Code.NotFound) throw error;
      if (refusal.code === Code.ResourceExhausted) return fail(429, { values, failure: "away" });
      if (refusal.reason === "booking_changed") return fail(409, { values, failure: "changed" });
      if (refusal.reason !== "already_cancelled") redirect(303, here(`/reservas/${bookingId}?falla=${refusal.reason}`));
    }
    redirect(303, here(`/reservas/${bookingId}?cancelada=1`));
  },
};

const cancellable = ({ status, payable, time }: BookingView): boolean =>
  time === "ahead" && (payable || status === "CONFIRMED" || status === "REASSIGNING");

/** The booking's page shows its status; `falla` adds the reason where the status does not explain it. */
function toBooking({ id, status, time }: BookingView): string {
  const failure = (status === "CONFIRMED" || status === "REASSIGNING") && time !== "ahead" ? "too_late" : "";
  return here(`/reservas/${id}${failure && `?falla=${failure}`}`);
}
