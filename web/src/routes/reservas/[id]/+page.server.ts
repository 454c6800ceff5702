import { fail, redirect } from "@sveltejs/kit";
import { answerIn, give, statusOf } from "#lib/server/answer.ts";
import type { Api } from "#lib/server/api.ts";
import { papersOf, type Money } from "#lib/server/booking-papers.ts";
import { storyOf } from "#lib/server/booking-story.ts";
import { bookingView, type BookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import { moneyBack } from "#lib/server/money-back.ts";
import { signedIn } from "#lib/server/reassignment-door.ts";
import { reassignmentView, searchingFor, type ReassignmentView } from "#lib/server/reassignment-view.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { soldAgain } from "#lib/server/sold-again.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const [booking, { documents, mails, money, address }, again] = await Promise.all([
    bookingView(locals.api, params.id),
    papersOf(locals.api, params.id),
    soldAgain(locals.api),
  ]);
  return {
    booking,
    lost: booking.status === "REASSIGNING" ? await lostOf(locals.api, booking) : undefined,
    again: again(booking),
    documents,
    mails,
    address,
    story: storyOf(booking, money, mails),
    back: moneyBack(booking, money),
    unpaid: !booking.paid && money?.paidAt === undefined,
    awaited: awaited(booking, documents, money),
    fresh: url.searchParams.has("lista") && booking.status === "CONFIRMED" && booking.time === "ahead",
    moved: url.searchParams.has("cambiada") && booking.status === "CONFIRMED",
    accepted: url.searchParams.has("aceptada") && booking.status === "CONFIRMED",
    cancelled: url.searchParams.has("cancelada"),
    failure: url.searchParams.get("falla") ?? undefined,
  };
};

/** What the client can answer. Undefined while reassignment is unavailable: the rest of the page is rendered. */
async function lostOf(api: Api, booking: BookingView): Promise<ReassignmentView | undefined> {
  try {
    return reassignmentView(await signedIn(api, booking.id).see()) ?? searchingFor(booking);
  } catch (error) {
    if (isAway(error)) return undefined;
    if (refusalOf(error).reason === "not_found") return searchingFor(booking); // reassignment has not heard of the loss yet
    throw error;
  }
}

const usualMinutes = 3;

/** The document that is not issued yet; `late` when it takes longer than usual. */
function awaited(
  { paid, cancellation }: BookingView,
  documents: { credit: boolean }[] | undefined,
  money: Money | undefined,
): { document: "invoice" | "creditNote"; late: boolean } | undefined {
  if (!documents) return undefined;
  const late = (since: string | undefined) => since !== undefined && Date.now() - Date.parse(since) > usualMinutes * 60_000;
  if (paid && !documents.some(({ credit }) => !credit)) return { document: "invoice", late: late(money?.paidAt) };
  // A credit note is issued only when a refund has been sent.
  if (paid && cancellation && (money?.refunded ?? cancellation.refund) > 0 && !documents.some(({ credit }) => credit))
    return { document: "creditNote", late: late(cancellation.at) };
  return undefined;
}

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const { locals, params, request } = event;
    const answer = answerIn(await request.formData());
    if (!answer) return fail(422);
    const { failure } = await give(signedIn(locals.api, params.id), answer);
    if (failure) return fail(statusOf(failure), { failure });
    redirect(303, here(`/reservas/${params.id}?${answer.case === "accept" ? "aceptada" : "cancelada"}=1`));
  },
};
