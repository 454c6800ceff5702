import type { BookingView } from "./booking-view.ts";
import type { Mail, Money } from "./booking-papers.ts";
import { moneyBack } from "./money-back.ts";

/** One thing that happened to a booking. `at` is missing when its service is unavailable; `pending`: not finished yet. */
export type Step = {
  what:
    | "held"
    | "paid"
    | "confirmed"
    | "lost"
    | "reassigned"
    | "returned"
    | "moved"
    | "expired"
    | "completed"
    | "missed"
    | "cancelled"
    | "refunded"
    | "refund_failed"
    | "disputed"
    | "dispute_lost";
  at?: string;
  /** The stylist it is about. */
  stylist?: string;
  amount?: number;
  pending?: boolean;
};

/** A booking's history, from booking, payments and the mails. */
export function storyOf(booking: BookingView, money: Money | undefined, mails: Mail[] = []): Step[] {
  const { status, cancellation } = booking;
  const told = (kind: string) => mails.filter((mail) => mail.kind === kind).reverse();
  const { given, coming, missing, held, byBank } = moneyBack(booking, money);
  const lapsed = status === "EXPIRED" || (status === "PENDING_PAYMENT" && !booking.payable);
  const steps: (Step | false)[] = [
    { what: "held", at: booking.createdAt },
    (booking.paid || money?.paidAt !== undefined) && { what: "paid", at: money?.paidAt },
    booking.paid && { what: "confirmed", at: told("booking_confirmed")[0]?.at },
    ...changesOf(booking, told),
    lapsed && { what: "expired", at: told("booking_expired")[0]?.at },
    status === "COMPLETED" && { what: "completed" },
    status === "NO_SHOW" && { what: "missed" },
    cancellation !== undefined && { what: "cancelled", at: cancellation.at },
    given > 0 && { what: "refunded", amount: given, at: told("refund_sent").at(-1)?.at },
    coming > 0 && { what: "refunded", amount: coming, pending: true },
    missing > 0 && { what: "refund_failed", amount: missing, at: told("refund_failed").at(-1)?.at },
    held > 0 && { what: "disputed", amount: held },
    byBank > 0 && { what: "dispute_lost", amount: byBank },
  ];
  return steps.filter((step) => step !== false);
}

/** Moves, and who could not come and who took it over, in the order in which they happened. A booking keeps its last loss alone. */
function changesOf({ loss, stylist }: BookingView, told: (kind: string) => Mail[]): Step[] {
  const steps: Step[] = told("booking_rescheduled").map(({ at }) => ({ what: "moved", at }));
  if (loss) {
    const since = (kind: string) => told(kind).filter(({ at }) => at > loss.at);
    steps.push({ what: "lost", at: loss.at, stylist: loss.stylist });
    steps.push(...since("booking_reassigned").map(({ at }): Step => ({ what: "reassigned", at, stylist })));
    steps.push(...since("stylist_returned").map(({ at }): Step => ({ what: "returned", at, stylist: loss.stylist })));
  }
  return steps.sort((a, b) => a.at!.localeCompare(b.at!));
}
