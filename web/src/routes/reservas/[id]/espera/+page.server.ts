import { redirect } from "@sveltejs/kit";
import { Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import { bookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import type { PageServerLoad } from "./$types";

// Asked again and again until the provider's news is in, by script or by the page's own refresh.
export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params } = event;
  const [booking, { payments }] = await Promise.all([
    bookingView(locals.api, params.id),
    locals.api.payments.listPayments({ bookingId: params.id }),
  ]);
  if (["CONFIRMED", "COMPLETED", "NO_SHOW", "REASSIGNING"].includes(booking.status)) redirect(303, here(`/reservas/${booking.id}?lista=1`));
  const settled = (status: Payment_Status) => payments.some((payment) => payment.status === status);
  const paid = settled(Payment_Status.SUCCEEDED) || settled(Payment_Status.PARTLY_REFUNDED);
  if (booking.status === "PENDING_PAYMENT" && payments.length > 0 && payments.every(({ status }) => status === Payment_Status.FAILED))
    redirect(303, here(`/reservas/${booking.id}/pagar`));
  if (booking.status === "CANCELLED" || (booking.status === "EXPIRED" && settled(Payment_Status.REFUNDED)))
    redirect(303, here(`/reservas/${booking.id}`));
  const since = Math.max(0, ...payments.map(({ createdAt }) => Number(createdAt?.seconds ?? 0n) * 1000));
  return { booking, late: booking.status === "EXPIRED", paid, long: since > 0 && Date.now() - since > 90_000 };
};
