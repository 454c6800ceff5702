import { redirect } from "@sveltejs/kit";
import { Payment_Status as Status } from "@lacio/proto/payments/v1/payments_service";
import { bookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway } from "#lib/server/refusal.ts";
import type { PageServerLoad } from "./$types";

const longSeconds = 60;

// Polled until the provider's webhook has been processed: by script, without it by a meta refresh.
export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const path = here(`/reservas/${params.id}`);
  // An unavailable service is no error right after a payment: the page goes on polling.
  const unlessAway = <T>(answer: Promise<T>): Promise<T | undefined> =>
    answer.catch((error: unknown) => (isAway(error) ? undefined : Promise.reject(error as Error)));
  const [booking, tries] = await Promise.all([
    unlessAway(bookingView(locals.api, params.id)),
    unlessAway(locals.api.payments.listPayments({ bookingId: params.id, pageSize: 20 })),
  ]);
  const seen = new Set(tries?.payments.map(({ status }) => status));

  if (booking && ["CONFIRMED", "COMPLETED", "NO_SHOW", "REASSIGNING"].includes(booking.status)) redirect(303, `${path}?lista=1`);
  const unpaid = seen.size > 0 && [...seen].every((status) => status === Status.FAILED);
  if (booking?.status === "PENDING_PAYMENT" && unpaid) redirect(303, `${path}/pagar`);

  const since = Number(url.searchParams.get("desde"));
  return {
    id: params.id,
    booking,
    state: stateOf(booking?.status, seen),
    declined: tries?.payments[0]?.status === Status.PENDING && tries.payments[0].failure !== "",
    long: since > 0 && Date.now() / 1000 - since > longSeconds,
  };
};

/** "late": paid after the hold had expired, and not decided yet whether it is confirmed or refunded. */
function stateOf(booking: string | undefined, payments: Set<Status>): "waiting" | "late" | "over" | "refunded" | "cancelled" {
  if (payments.has(Status.REFUNDED) || payments.has(Status.PARTLY_REFUNDED)) return "refunded";
  if (booking === "CANCELLED") return "cancelled";
  if (booking !== "EXPIRED") return "waiting";
  return payments.has(Status.SUCCEEDED) || payments.has(Status.PENDING) ? "late" : "over";
}
