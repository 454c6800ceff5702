import { fail, redirect } from "@sveltejs/kit";
import { dayOf } from "#lib/format.ts";
import { give, timeIn } from "#lib/server/answer.ts";
import { bookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import { otherTimes } from "#lib/server/other-times.ts";
import { signedIn } from "#lib/server/reassignment-door.ts";
import type { Actions, PageServerLoad } from "./$types";

// Another time for a visit that lost its stylist: its answer, not a reschedule.
export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const booking = await bookingView(locals.api, params.id);
  const falla = url.searchParams.get("falla");
  const page = here(`/reservas/${booking.id}${falla ? `?${new URLSearchParams({ falla })}` : ""}`);
  if (booking.status !== "REASSIGNING") redirect(303, page);
  const times = await otherTimes(locals.api, signedIn(locals.api, booking.id), url);
  if (!times) redirect(303, page);
  return { booking, times };
};

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const { locals, params, request } = event;
    const time = timeIn(await request.formData());
    if (!time) return fail(422, { missing: true });
    const { hora, con, answer } = time;
    const { failure } = await give(signedIn(locals.api, params.id), answer);
    const page = `/reservas/${params.id}`;
    if (!failure) redirect(303, here(`${page}?cambiada=1`));
    redirect(303, here(`${page}/otra-hora?${new URLSearchParams({ con, dia: dayOf(hora), hora, falla: failure })}`));
  },
};
