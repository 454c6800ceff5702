import type { Mail, Money } from "./booking-papers.ts";
import type { BookingView } from "./booking-view.ts";

/** What she has back, what is on its way, and what should have arrived and did not. */
export type MoneyBack = { given: number; coming: number; missing: number };

/** What the money did comes before what was promised when the booking was cancelled. */
export function moneyBack({ cancellation }: BookingView, money: Money | undefined, mails: Mail[] = []): MoneyBack {
  const promised = cancellation?.refund ?? 0;
  const told = (kind: string) => mails.some((mail) => mail.kind === kind);
  if (!money) return told("refund_sent") ? { given: promised, coming: 0, missing: 0 } : { given: 0, coming: promised, missing: 0 };
  const { refunded: given, refunding, owed } = money;
  const open = Math.max(0, promised - given);
  if (refunding > 0) return { given, coming: refunding, missing: owed };
  if (owed > 0 || told("refund_failed")) return { given, coming: 0, missing: owed || open };
  return { given, coming: open, missing: 0 };
}
