import type { Money } from "./booking-papers.ts";
import type { BookingView } from "./booking-view.ts";

/** What she has back, what is on its way, what should have arrived and did not; and what her bank holds, or gave her, because of her claim. */
export type MoneyBack = { given: number; coming: number; missing: number; held: number; byBank: number };

/** What the money did comes before what was promised when the booking was cancelled. */
export function moneyBack({ cancellation }: BookingView, money: Money | undefined): MoneyBack {
  const promised = cancellation?.refund ?? 0;
  if (!money) return { given: 0, coming: promised, missing: 0, held: 0, byBank: 0 };
  const { refunded: given, refunding, owed, disputed: held, lost: byBank } = money;
  // A moment ago, and payments has not heard of it.
  const unheard = Math.max(0, promised - given - owed - byBank);
  return { given, coming: refunding || unheard, missing: owed, held, byBank };
}
