import { papersOf, type Money } from "#lib/server/booking-papers.ts";
import { storyOf } from "#lib/server/booking-story.ts";
import { bookingView, type BookingView } from "#lib/server/booking-view.ts";
import { client } from "#lib/server/guard.ts";
import { moneyBack } from "#lib/server/money-back.ts";
import { soldAgain } from "#lib/server/sold-again.ts";
import type { PageServerLoad } from "./$types";

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
    cancelled: url.searchParams.has("cancelada"),
    failure: url.searchParams.get("falla") ?? undefined,
  };
};

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
