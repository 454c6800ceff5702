import { Refusal } from "@lacio/chassis/errors";
import type { Fact } from "@lacio/chassis/fact";
import { v7 as uuidv7 } from "uuid";
import { bookingRescheduled } from "./booking-facts.ts";
import { showLine, type BookingLine, type Stylist } from "./booking-line.ts";
import type { Booking } from "./booking.ts";
import { bookingLostStylist, bookingReassigned, stylistReturned, substituteHeld, substituteReleased } from "./loss-facts.ts";
import { alreadyCancelled, atMost, beingReassigned, stillSold, wrongStatus } from "./policy.ts";

/** An absence, and how many visits it cost. */
export type LostBy = { absenceId: string; absenceSize: number };
/** `named`: the stylist was named by who wants it, not found among all. */
export type Replacement = { stylist: Stylist; start: Date; named: boolean; price: bigint | undefined };

/** Its stylist can't come: it occupies nobody's time. The line names the stylist until somebody else takes it over. */
export function loseStylist(booking: Booking, reason: string, now: Date, by?: LostBy): Fact {
  if (booking.status === "CANCELLED") throw alreadyCancelled();
  if (booking.status === "REASSIGNING") throw beingReassigned();
  if (booking.status !== "CONFIRMED") throw wrongStatus(booking, "not_cancellable", "lose its stylist");
  if (booking.startsAt <= now) throw new Refusal("too_late", "The visit has begun already.");
  const [{ staffId, staffName }] = booking.lines as [BookingLine];
  booking.become("REASSIGNING");
  Object.assign(booking, { lossId: uuidv7(), lostAbsenceId: by?.absenceId ?? null });
  Object.assign(booking, { lostStaffId: staffId, lostStaffName: staffName, lostReason: reason, lostAt: now });
  return bookingLostStylist(booking, by);
}

/** A visit that lost its stylist, and what may become of it: exactly one of reassign, refund, returnStylist and Booking.cancel ends it. */
export class LostVisit {
  private readonly booking: Booking;

  /** `lossId`: the loss that the caller knows of. @throws Refusal `not_lost` when that is over, whoever ended it */
  constructor(booking: Booking, lossId = booking.lossId) {
    if (booking.status !== "REASSIGNING" || booking.lossId !== lossId)
      throw new Refusal("not_lost", "This booking is not waiting for another stylist, or no longer because of this loss.");
    this.booking = booking;
  }

  /** Undefined: nothing has changed. */
  holdSubstitute({ staffId, staffName }: Stylist, until: Date, now: Date): Fact | undefined {
    const { heldStaffId, heldUntil, startsAt } = this.booking;
    if (startsAt <= now) throw begun();
    if (heldStaffId === staffId && heldUntil?.getTime() === until.getTime()) return undefined;
    this.booking.become("REASSIGNING");
    Object.assign(this.booking, { heldStaffId: staffId, heldStaffName: staffName, heldUntil: until });
    return substituteHeld(this.booking);
  }

  /** `absent`: the substitute can't come, either; otherwise the hold has ended. */
  releaseSubstitute(absent: boolean): Fact {
    const { heldStaffId } = this.booking;
    this.booking.become("REASSIGNING");
    return substituteReleased(this.booking, heldStaffId!, absent);
  }

  /** Somebody takes it over: at the same start, where a lower price gives the difference back, or at another one, which the client chose. */
  reassign({ stylist, start, named, price }: Replacement, now: Date): Fact {
    const { booking } = this;
    if (start <= now) throw begun();
    const oldLines = booking.lines.map(showLine);
    const moves = start.getTime() !== booking.startsAt.getTime();
    // Whoever was held was offered by name, and the client has said yes to that name.
    if (named && (moves || booking.heldStaffId === stylist.staffId)) booking.anyStaff = false;
    booking.place(stylist, start);
    booking.become("CONFIRMED");
    return moves ? bookingRescheduled(booking, oldLines, booking.lossId!) : bookingReassigned(booking, oldLines, this.reduceTo(price));
  }

  private reduceTo(price: bigint | undefined): bigint {
    const { booking } = this;
    const less = booking.price - booking.reduced - (price ?? booking.price);
    if (less <= 0n) return 0n;
    const refund = atMost(stillSold(booking), less);
    booking.reduced += refund;
    return refund;
  }

  /** `declined`: by the client; otherwise it follows from the stylist's cancellation. Also after the start: nobody was there. */
  refund(declined: boolean, now: Date): Fact {
    return declined ? this.booking.endCancelled("CLIENT", "", now) : this.booking.endCancelled("STYLIST", this.booking.lostReason!, now);
  }

  returnStylist(): Fact {
    this.booking.become("CONFIRMED");
    return stylistReturned(this.booking);
  }
}

const begun = () => new Refusal("too_late", "The visit would have begun already.");
