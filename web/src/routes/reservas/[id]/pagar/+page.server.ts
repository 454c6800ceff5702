import { fail, redirect } from "@sveltejs/kit";
import { Payment_Status as Status } from "@lacio/proto/payments/v1/payments_service";
import type { Api } from "#lib/server/api.ts";
import { getLocale } from "#lib/paraglide/runtime.js";
import { bookingView } from "#lib/server/booking-view.ts";
import { checkoutOrigins } from "#lib/server/checkout-origins.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { soldAgain } from "#lib/server/sold-again.ts";
import { seenIn } from "#lib/server/seen.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const [booking, declined] = await Promise.all([bookingView(locals.api, params.id), lastWasDeclined(locals.api, params.id)]);
  if (booking.status !== "PENDING_PAYMENT" && booking.status !== "EXPIRED") redirect(303, here(`/reservas/${booking.id}`));
  const now = Date.now();
  const secondsLeft = booking.status === "EXPIRED" ? 0 : Math.max(0, Math.ceil((Date.parse(booking.payUntil!) - now) / 1000));
  const again = secondsLeft === 0 ? (await soldAgain(locals.api))(booking) : undefined;
  return { booking, again, declined, cancelled: url.searchParams.get("pago") === "cancelado", secondsLeft };
};

// A declined card leaves its checkout open (PENDING) with a `failure`. Errors are swallowed: this is only a hint about the last try.
async function lastWasDeclined({ payments }: Api, bookingId: string): Promise<boolean> {
  try {
    const [last] = (await payments.listPayments({ bookingId, pageSize: 1 })).payments;
    return last !== undefined && (last.status === Status.FAILED || (last.status === Status.PENDING && last.failure !== ""));
  } catch {
    return false;
  }
}

export const actions: Actions = {
  pagar: async (event) => {
    client(event);
    const { locals, params } = event;
    let checkoutUrl: string;
    try {
      ({ checkoutUrl } = await locals.api.payments.startPayment({ bookingId: params.id, locale: getLocale() }));
    } catch (error) {
      if (isAway(error)) return fail(503, { failure: "pagos" });
      const { reason } = refusalOf(error);
      if (reason === "already_paid") redirect(303, here(`/reservas/${params.id}/espera`));
      return fail(409, { failure: reason });
    }
    redirect(303, checkoutUrl, { external: checkoutOrigins });
  },
  soltar: async (event) => {
    client(event);
    const bookingId = event.params.id;
    try {
      // With the revision that was shown: a payment may have arrived since.
      await event.locals.api.booking.cancelBooking({ bookingId, ...seenIn(await event.request.formData()) });
    } catch (error) {
      if (isAway(error)) return fail(503, { failure: "servicio" });
      refusalOf(error); // paid, expired or released meanwhile: the booking's page says which
    }
    redirect(303, here(`/reservas/${bookingId}`));
  },
};
