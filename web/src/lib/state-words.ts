import { hour } from "#lib/format.ts";
import { m } from "#lib/paraglide/messages.js";
import type { BookingView } from "#lib/server/booking-view.ts";

export type State = { words: string; tone: "plain" | "ok" | "warn" | "error" };

/** A booking's status in words. */
export function stateInWords({ status, payUntil, payable }: Pick<BookingView, "status" | "payUntil" | "payable">): State {
  switch (status) {
    case "PENDING_PAYMENT":
      // A hold is over at `payUntil`, before a timer has set the status to EXPIRED.
      return payable ? { words: m.state_pending({ until: hour(payUntil!) }), tone: "warn" } : { words: m.state_expired(), tone: "plain" };
    case "CONFIRMED":
      return { words: m.state_confirmed(), tone: "ok" };
    case "COMPLETED":
      return { words: m.state_completed(), tone: "plain" };
    case "NO_SHOW":
      return { words: m.state_no_show(), tone: "plain" };
    case "EXPIRED":
      return { words: m.state_expired(), tone: "plain" };
    case "CANCELLED":
      return { words: m.state_cancelled(), tone: "error" };
    default:
      return { words: m.state_reassigning(), tone: "warn" };
  }
}
