import type { Money } from "./booking-papers.ts";
import type { BookingView } from "./booking-view.ts";

/** Refunded, refund pending, and owed to the client; and in a dispute what her bank holds or has paid out to her. */
export type MoneyBack = { given: number; coming: number; missing: number; held: number; byBank: number };

/** What payments knows overrides the refund that was promised at the cancellation. */
export function moneyBack({ cancellation }: BookingView, money: Money | undefined): MoneyBack {
  const promised = cancellation?.refund ?? 0;
  if (!money) return { given: 0, coming: promised, missing: 0, held: 0, byBank: 0 };
  const { refunded: given, refunding, owed, disputed: held, lost: byBank } = money;
  // Just cancelled: payments has not handled the event yet.
  const unheard = Math.max(0, promised - given - owed - byBank);
  return { given, coming: refunding || unheard, missing: owed, held, byBank };
}
