import { Refusal } from "@lacio/chassis/errors";
import type { Fact } from "@lacio/chassis/fact";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import type { Settings } from "@lacio/salon/settings";
import { v7 as uuidv7 } from "uuid";
import {
  bookingCancelled,
  bookingCompleted,
  bookingCreated,
  bookingExpired,
  bookingNoShow,
  bookingPaid,
  bookingRescheduled,
} from "./booking-facts.ts";
import { BookingLine, later, showLine, type Busy, type Stylist } from "./booking-line.ts";
import { BookingSchema, busyOf, type By, type Status } from "./booking-schema.ts";
import { alreadyCancelled, changedMeanwhile, isLive, refundOf, refuseUnlessMovable, wrongStatus } from "./policy.ts";

export type Payment = { paymentId: string; currencyCode: string; minorUnits: bigint; succeededAt: Date };
export type Wish = { clientId: string; terms: Terms; stylist: Stylist; start: Date; anyStaff: boolean };
export type GivenBack = { refunded: bigint; owed: bigint };
type Rules = Pick<Settings, "holdMinutes" | "freeUntilHours" | "lateRefundPercent">;

/** A visit: held, paid, then kept, moved, cancelled, missed, or without its stylist (lost-visit.ts). Every change of its state raises the revision and makes a fact. */
export class Booking extends BookingSchema.class {
  /** Not a relation of the ORM: acts/load-bookings.ts loads them with the booking. */
  declare lines: BookingLine[];

  static request({ clientId, terms, stylist, start, anyStaff }: Wish, rules: Rules, now: Date): [Booking, Fact] {
    const id = uuidv7();
    const line = BookingLine.sell(id, terms, stylist, start);
    const { price, currency, startsAt, endsAt } = line;
    const { freeUntilHours, lateRefundPercent } = rules;
    const booking = Object.assign(new Booking(), {
      ...{ id, clientId, anyStaff, price, currency, startsAt, endsAt, freeUntilHours, lateRefundPercent },
      status: "PENDING_PAYMENT" as const,
      expiresAt: later(now, rules.holdMinutes),
      refunded: 0n,
      owed: 0n,
      reduced: 0n,
      revision: 1n,
      createdAt: now,
      lines: [line],
    });
    return [booking, bookingCreated(booking)];
  }

  /** Why this payment cannot be taken for the booking, apart from its slot, which may be taken by somebody else. */
  objectionTo({ currencyCode, minorUnits }: Payment): string | undefined {
    if (this.status === "CANCELLED") return "booking_cancelled";
    if (this.paymentId != null) return "already_paid";
    return minorUnits === this.price && currencyCode === this.currency ? undefined : "amount_mismatch";
  }

  /** `claimedAgain`: the hold had expired, and its slot was still free. */
  markPaid({ paymentId, succeededAt }: Payment, claimedAgain: boolean): Fact {
    if (this.status !== "PENDING_PAYMENT" && this.status !== "EXPIRED") throw wrongStatus(this, "not_payable", "be paid");
    this.become("CONFIRMED");
    this.paymentId = paymentId;
    this.paidAt = succeededAt;
    return bookingPaid(this, claimedAgain);
  }

  expire(now: Date): Fact {
    if (this.status !== "PENDING_PAYMENT" || this.expiresAt > now) throw wrongStatus(this, "not_lapsed", "expire");
    this.become("EXPIRED");
    return bookingExpired(this);
  }

  /** `expected`: the refund that the caller saw; time may have made it smaller. */
  cancel(by: By, reason: string, now: Date, expected?: bigint): Fact {
    if (this.status === "CANCELLED") throw alreadyCancelled();
    if (!isLive(this)) throw wrongStatus(this, "not_cancellable", "be cancelled");
    if (by === "CLIENT" && this.startsAt <= now) throw new Refusal("too_late", "The visit has begun already.");
    if (by === "STYLIST" && this.endsAt <= now) throw new Refusal("too_late", "The visit is over.");
    if (expected !== undefined && expected !== refundOf(this, by, now)) throw changedMeanwhile();
    return this.endCancelled(by, reason, now);
  }

  /** Its client was erased: the salon gives all back. */
  endErased(now: Date): Fact {
    return this.endCancelled("SALON", "", now, true);
  }

  endCancelled(by: By, cancelReason: string, now: Date, clientErased = false): Fact {
    const lossId = this.status === "REASSIGNING" ? this.lossId! : "";
    const refund = refundOf(this, by, now);
    this.become("CANCELLED");
    Object.assign(this, { cancelledBy: by, cancelReason, refund, cancelledAt: now });
    return bookingCancelled(this, lossId, clientErased);
  }

  reschedule(by: By, to: { stylist: Stylist; start: Date }, now: Date): Fact {
    refuseUnlessMovable(this, by, now);
    const oldLines = this.lines.map(showLine);
    this.place(to.stylist, to.start);
    this.revision += 1n;
    return bookingRescheduled(this, oldLines);
  }

  place(stylist: Stylist, start: Date): void {
    const [line] = this.lines as [BookingLine];
    line.place(stylist, start);
    this.startsAt = line.startsAt;
    this.endsAt = line.endsAt;
  }

  complete(now: Date): Fact {
    this.close("COMPLETED", now);
    return bookingCompleted(this);
  }

  /** Visits complete themselves, so a completed one may still be marked as missed for `correctionDays` after its end. */
  noShow(now: Date, correctionDays: number): Fact {
    this.close("NO_SHOW", now, this.status === "COMPLETED" && now <= later(this.endsAt, correctionDays * 1_440));
    return bookingNoShow(this);
  }

  private close(status: "COMPLETED" | "NO_SHOW", now: Date, corrects = false): void {
    if (this.status !== "CONFIRMED" && !corrects) throw wrongStatus(this, "not_confirmed", `become ${status}`);
    if (this.startsAt > now) throw new Refusal("not_started_yet", "The visit has not begun yet.");
    this.become(status);
  }

  become(status: Status): void {
    Object.assign(this, { status, holdNo: null, heldStaffId: null, heldStaffName: null, heldUntil: null });
    this.revision += 1n;
  }

  /** Adds to the sums; a negative amount is a refund that the bank returned, or a debt that was paid. */
  givenBack({ refunded, owed }: GivenBack): void {
    this.refunded += refunded;
    this.owed += owed;
  }

  /** What was refunded for the cancellation in the end: less than was decided, where the client had got money back in another way. */
  cancellationGave(refund: bigint): void {
    if (this.status === "CANCELLED") this.refund = refund;
  }

  /** Optimistic concurrency: the caller decided on this revision. @throws Refusal `already_cancelled`, `booking_changed` */
  refuseUnlessAt(revision: bigint): void {
    if (this.status === "CANCELLED") throw alreadyCancelled();
    if (this.revision !== revision) throw changedMeanwhile();
  }

  isOf(staffId: string): boolean {
    return this.lines.some((line) => line.staffId === staffId);
  }

  busy(): Busy[] {
    return busyOf(this);
  }
}
BookingSchema.setClass(Booking);
