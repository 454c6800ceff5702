import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import { Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import {
  BookingCancelledSchema,
  BookingCompletedSchema,
  BookingCreatedSchema,
  BookingExpiredSchema,
  BookingNoShowSchema,
  BookingPaidSchema,
  BookingRescheduledSchema,
} from "@lacio/proto/booking/v1/events";
import type { Settings } from "@lacio/salon/settings";
import { v7 as uuidv7 } from "uuid";
import { BookingLine, type Stylist } from "./booking-line.ts";
import { BookingSchema, type By, type Status } from "./booking-schema.ts";
import { busyMessages, later, type Busy } from "./busy-parts.ts";
import { freeUntil, refundByPolicy, stillSold } from "./cancel-policy.ts";

export type Payment = { paymentId: string; currencyCode: string; minorUnits: bigint; succeededAt: Date };
export type Wish = { clientId: string; terms: Terms; stylist: Stylist; start: Date; anyStaff: boolean };
export type GivenBack = { refunded: bigint; owed: bigint };
type Rules = Pick<Settings, "holdMinutes" | "freeUntilHours" | "lateRefundPercent">;

/** A visit: held, paid, then kept, moved, cancelled or missed. Every change grows the revision and is a fact. */
export class Booking extends BookingSchema.class {
  /** Loaded together with the booking, see acts/load-bookings.ts. */
  declare lines: BookingLine[];

  static request({ clientId, terms, stylist, start, anyStaff }: Wish, rules: Rules, now: Date): [Booking, Fact] {
    const id = uuidv7();
    const line = BookingLine.sell(id, terms, stylist, start);
    const booking = Object.assign(new Booking(), {
      id,
      clientId,
      status: "PENDING_PAYMENT" as const,
      expiresAt: later(now, rules.holdMinutes),
      price: line.price,
      currency: line.currency,
      freeUntilHours: rules.freeUntilHours,
      lateRefundPercent: rules.lateRefundPercent,
      refunded: 0n,
      owed: 0n,
      anyStaff,
      startsAt: line.startsAt,
      endsAt: line.endsAt,
      revision: 0n,
      createdAt: now,
      lines: [line],
    });
    const created = fact(BookingCreatedSchema, id, {
      ...booking.changed(),
      ...booking.linesAndPrice(),
      busy: busyMessages(booking.busy()),
      expiresAt: timestampFromDate(booking.expiresAt),
    });
    return [booking, created];
  }

  /** Why this payment cannot be taken for the booking; its slot is another question. */
  objectionTo({ currencyCode, minorUnits }: Payment): string | undefined {
    if (this.status === "CANCELLED") return "booking_cancelled";
    if (this.paymentId != null) return "already_paid";
    return minorUnits === this.price && currencyCode === this.currency ? undefined : "amount_mismatch";
  }

  /** `claimedAgain`: the hold had ended, and its slot could be had a second time. */
  markPaid({ paymentId, succeededAt }: Payment, claimedAgain: boolean): Fact {
    if (this.status !== "PENDING_PAYMENT" && this.status !== "EXPIRED") throw this.is("not_payable", "be paid");
    this.leave("CONFIRMED");
    this.paymentId = paymentId;
    this.paidAt = succeededAt;
    return fact(BookingPaidSchema, this.id, {
      ...this.changed(),
      ...this.linesAndPrice(),
      paymentId,
      paidAt: timestampFromDate(succeededAt),
      busy: claimedAgain ? busyMessages(this.busy()) : [],
    });
  }

  expire(now: Date): Fact {
    if (this.status !== "PENDING_PAYMENT" || this.expiresAt > now) throw this.is("not_lapsed", "expire");
    this.leave("EXPIRED");
    return fact(BookingExpiredSchema, this.id, this.changed());
  }

  /** A client's money comes back by the policy, when the salon cancels all of it does. `expected`: what was seen to come back; time changes it. */
  cancel(by: By, reason: string, now: Date, expected?: bigint): Fact {
    if (this.status === "CANCELLED") throw alreadyCancelled();
    if (!this.isLive()) throw this.is("not_cancellable", "be cancelled");
    if (by === "CLIENT" && this.startsAt <= now) throw new Refusal("too_late", "The visit has begun already.");
    if (by === "STYLIST" && this.endsAt <= now) throw new Refusal("too_late", "The visit is over.");
    const refund = this.status !== "CONFIRMED" ? 0n : by === "CLIENT" ? refundByPolicy(this, now) : stillSold(this);
    if (expected !== undefined && expected !== refund) throw changed();
    this.leave("CANCELLED");
    Object.assign(this, { cancelledBy: by, cancelReason: reason, refund, cancelledAt: now });
    return fact(BookingCancelledSchema, this.id, {
      ...this.changed(),
      paymentId: this.paymentId ?? "",
      refund: this.money(refund),
      refundedBefore: this.money(this.refunded),
      owedBefore: this.money(this.owed),
      by: Cancellation_By[by],
      lines: this.lineMessages(),
    });
  }

  refuseUnlessMovable(by: By, now: Date): void {
    if (this.status === "CANCELLED") throw alreadyCancelled();
    if (this.status === "EXPIRED" || (this.status === "PENDING_PAYMENT" && this.expiresAt <= now))
      throw new Refusal("hold_expired", "This booking was not paid in time.");
    if (!this.isLive()) throw this.is("not_reschedulable", "be moved");
    if (this.startsAt <= now) throw new Refusal("too_late", "The visit has begun already.");
    if (by === "CLIENT" && this.status === "CONFIRMED" && now > freeUntil(this))
      throw new Refusal("too_late", "A booking can be moved as long as cancelling it is free.");
  }

  reschedule(by: By, to: { stylist: Stylist; start: Date }, now: Date): Fact {
    this.refuseUnlessMovable(by, now);
    const oldLines = this.lineMessages();
    const [line] = this.lines as [BookingLine];
    line.place(to.stylist, to.start);
    this.startsAt = line.startsAt;
    this.endsAt = line.endsAt;
    return fact(BookingRescheduledSchema, this.id, {
      ...this.changed(),
      oldLines,
      lines: this.lineMessages(),
      busy: busyMessages(this.busy()),
    });
  }

  complete(now: Date): Fact {
    return fact(BookingCompletedSchema, this.id, this.settle("COMPLETED", now));
  }

  /** Visits complete themselves, so a completed one may turn out to be missed for `correctionDays` after its end. */
  noShow(now: Date, correctionDays: number): Fact {
    const correctable = this.status === "COMPLETED" && now <= later(this.endsAt, correctionDays * 1_440);
    return fact(BookingNoShowSchema, this.id, this.settle("NO_SHOW", now, correctable));
  }

  /** Money went back to its client, or should have; less than nothing when it came back or was paid. */
  givenBack({ refunded, owed }: GivenBack): void {
    this.refunded += refunded;
    this.owed += owed;
  }

  /** What its cancellation gave back in the end: less than was decided when the client had the money from elsewhere. */
  cancellationGave(refund: bigint): void {
    if (this.status === "CANCELLED") this.refund = refund;
  }

  /** Somebody decided on what they saw; it must still be so. */
  refuseUnlessAt(revision: bigint): void {
    if (this.status === "CANCELLED") throw alreadyCancelled();
    if (this.revision !== revision) throw changed();
  }

  /** Held or paid, and not ended in any way. */
  isLive(): boolean {
    return this.status === "PENDING_PAYMENT" || this.status === "CONFIRMED";
  }

  isOf(staffId: string): boolean {
    return this.lines.some((line) => line.staffId === staffId);
  }

  busy(): Busy[] {
    return this.lines.flatMap((line) => line.busy());
  }

  lineMessages() {
    return this.lines.map((line) => line.message());
  }

  money(minorUnits: bigint) {
    return { currencyCode: this.currency, minorUnits };
  }

  private settle(status: "COMPLETED" | "NO_SHOW", now: Date, corrects = false) {
    if (this.status !== "CONFIRMED" && !corrects) throw this.is("not_confirmed", `become ${status}`);
    if (this.startsAt > now) throw new Refusal("not_started_yet", "The visit has not begun yet.");
    this.leave(status);
    return { ...this.changed(), staffId: this.lines[0]!.staffId };
  }

  private leave(status: Status): void {
    this.status = status;
    this.holdNo = null;
  }

  private changed() {
    this.revision += 1n;
    return { bookingId: this.id, clientId: this.clientId, revision: this.revision };
  }

  private linesAndPrice() {
    return { lines: this.lineMessages(), price: this.money(this.price) };
  }

  private is(reason: string, what: string): Refusal {
    return new Refusal(reason, `A booking that is ${this.status} cannot ${what}.`);
  }
}
BookingSchema.setClass(Booking);

const changed = () => new Refusal("booking_changed", "The booking has changed meanwhile; look at it again.", Code.Aborted);
const alreadyCancelled = () => new Refusal("already_cancelled", "This booking was cancelled already.");
