import { ConnectError } from "@connectrpc/connect";
import { fail, redirect } from "@sveltejs/kit";
import { dayOf } from "#lib/format.ts";
import { bookingView } from "#lib/server/booking-view.ts";
import { ableTo, offers, people } from "#lib/server/catalogue.ts";
import { client, here } from "#lib/server/guard.ts";
import { lossOf, moveBooking } from "#lib/server/move.ts";
import { seenIn } from "#lib/server/seen.ts";
import { calendarFor, forMove } from "#lib/server/slots.ts";
import { wishIn } from "#lib/server/wish.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const [booking, services, everybody] = await Promise.all([bookingView(locals.api, params.id), offers(locals.api), people(locals.api)]);
  if (booking.status === "EXPIRED") redirect(303, here(`/reservas/${booking.id}/pagar`));
  if (booking.status !== "PENDING_PAYMENT" && booking.status !== "CONFIRMED") redirect(303, here(`/reservas/${booking.id}`));
  const offer = services.find(({ id }) => id === booking.serviceId);
  const able = (offer ? ableTo(offer, everybody) : []).map(({ id, name }) => ({ id, name }));
  const con = url.searchParams.get("con") ?? booking.staffId;
  const staffId = able.some(({ id }) => id === con) ? con : "";
  const { failure, ...asked } = wishIn(url);
  // Back after a reschedule: the chosen start is now the booking's own.
  const isThere = asked.start !== undefined && Date.parse(asked.start) === Date.parse(booking.start);
  const wish = {
    ...{ serviceId: booking.serviceId, staffId },
    ...(!asked.start && { day: dayOf(booking.start) }),
    ...(isThere && { held: booking }),
    ...asked,
  };
  const calendar = booking.movableUntil ? await calendarFor(forMove(locals.api, booking.id), wish) : undefined;
  const sold = offer !== undefined || calendar?.first !== undefined;
  const other = url.searchParams.get("choca");
  return {
    booking,
    people: able,
    sold,
    movable: sold && booking.movableUntil !== undefined,
    calendar,
    failure,
    isThere: isThere && calendar?.chosen !== undefined,
    // The loss that the chosen hour would cause and the booking that it would overlap: the client has to confirm both.
    loss:
      asked.start && url.searchParams.has("pregunta")
        ? await lossOf(locals.api, booking, asked.start, con).catch(unlessRefused)
        : undefined,
    overlap: asked.start && other ? await bookingView(locals.api, other).catch(unlessRefused) : undefined,
  };
};

// Refusals are ignored here: the submit reports them.
const unlessRefused = (error: unknown) => (error instanceof ConnectError ? undefined : Promise.reject(error as Error));

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const { id } = event.params;
    const form = await event.request.formData();
    const [start, con] = ["hora", "con"].map((name) => String(form.get(name) ?? "")) as [string, string];
    if (Number.isNaN(Date.parse(start))) return fail(422, { missing: true });
    const agreed = { costs: form.get("acepto") === start, overlaps: form.get("encima") === start };
    const moved = await moveBooking(event.locals.api, id, { start, con, ...agreed, ...seenIn(form) });
    if ("booking" in moved) redirect(303, here(moved.booking.payable ? `/reservas/${id}/pagar` : `/reservas/${id}?cambiada=1`));
    if ("falla" in moved && moved.falla === "hold_expired") redirect(303, here(`/reservas/${id}/pagar`));
    if ("falla" in moved && ["already_cancelled", "not_reschedulable", "being_reassigned"].includes(moved.falla))
      redirect(303, here(`/reservas/${id}`));
    // Keeps the first question in the URL: the client confirms both together.
    const asked: Record<string, string> = "choca" in moved && agreed.costs ? { ...moved, pregunta: "1" } : moved;
    redirect(303, here(`/reservas/${id}/cambiar?${new URLSearchParams({ dia: dayOf(start), con, hora: start, ...asked })}`));
  },
};
