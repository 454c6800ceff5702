import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { fact, type Fact } from "@lacio/chassis/fact";
import { Booking_Status as Status, BookingSchema, type BookingService, type LineSchema } from "@lacio/proto/booking/v1/booking_service";
import {
  BookingCancelledSchema,
  BookingLostStylistSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { MessageInitShape } from "@bufbuild/protobuf";

export const hour = 3_600_000;
export const cop = (minorUnits: bigint) => ({ currencyCode: "COP", minorUnits });

/** A visit at the stand-in for booking, of two hours. */
export class Visit {
  readonly bookingId = crypto.randomUUID();
  readonly clientId: string;
  readonly serviceId = crypto.randomUUID();
  readonly price = 1000n;
  status: "CONFIRMED" | "REASSIGNING" | "CANCELLED" | "PENDING_PAYMENT" = "CONFIRMED";
  lossId = "";
  held: { staffId: string; until: Date } | undefined;
  staffId: string;
  start: Date;
  readonly anyStaff: boolean;
  /** How each loss ended: exactly one for each. */
  readonly outcomes: { lossId: string; fact: Fact; what: string; paid: bigint; declined?: boolean }[] = [];

  constructor(wishes: { start: Date; staffId: string; clientId?: string; anyStaff?: boolean }) {
    this.start = wishes.start;
    this.staffId = wishes.staffId;
    this.clientId = wishes.clientId ?? crypto.randomUUID();
    this.anyStaff = wishes.anyStaff ?? false;
  }

  /** The stylist can't come: booking's fact. */
  lose(absence: { absenceId: string; absenceSize: number } = { absenceId: "", absenceSize: 0 }): Fact {
    this.status = "REASSIGNING";
    this.lossId = crypto.randomUUID();
    const { bookingId, clientId, lossId, staffId, anyStaff } = this;
    return fact(BookingLostStylistSchema, bookingId, {
      ...{ bookingId, clientId, lossId, staffId, anyStaff, ...absence },
      ...{ lines: [this.line()], price: cop(this.price), lostAt: timestampFromDate(this.start) },
      soldAs: { phases: [{ name: "alisar", minutes: 120, busy: true }], bufferMinutes: 0 },
    });
  }

  /** The held substitute's time is free again. */
  release(absent: boolean): Fact {
    const { bookingId, lossId, held } = this;
    this.held = undefined;
    return fact(SubstituteReleasedSchema, bookingId, { bookingId, lossId, staffId: held!.staffId, absent });
  }

  cancel(declined?: boolean): void {
    this.status = "CANCELLED";
    this.end("refunded", 0n, fact(BookingCancelledSchema, this.bookingId, this.left()), declined);
  }

  stylistReturns(): void {
    this.status = "CONFIRMED";
    this.end("kept", this.price, fact(StylistReturnedSchema, this.bookingId, this.left()));
  }

  place(staffId: string, start: Date, paid: bigint): void {
    const moved = start.getTime() === this.start.getTime();
    this.status = "CONFIRMED";
    Object.assign(this, { staffId, start });
    const schema = moved ? BookingReassignedSchema : BookingRescheduledSchema;
    this.end(moved ? `moved to ${staffId}` : `rescheduled to ${staffId}`, paid, fact(schema, this.bookingId, this.left()));
  }

  private end(what: string, paid: bigint, told: Fact, declined?: boolean): void {
    this.held = undefined;
    this.outcomes.push({ lossId: this.lossId, fact: told, what, paid, declined });
  }

  private left = () => ({ bookingId: this.bookingId, clientId: this.clientId, lossId: this.lossId, lines: [this.line()] });

  private line(): MessageInitShape<typeof LineSchema> {
    const { serviceId, staffId, price } = this;
    return { serviceId, serviceName: "Alisado", serviceNameEn: "", staffId, staffName: "Sofía", price: cop(price), ...this.times() };
  }

  private times = () => ({ start: timestampFromDate(this.start), end: timestampFromDate(new Date(this.start.getTime() + 2 * hour)) });

  show() {
    const { bookingId, clientId, status, staffId, price, anyStaff, lossId } = this;
    const loss = lossId ? { lossId, reason: "Enferma" } : undefined;
    return create(BookingSchema, {
      ...{ bookingId, clientId, staffId, anyStaff, status: Status[status], price: cop(price), lines: [this.line()], loss, ...this.times() },
    });
  }
}

/** Booking as its contract says it, in memory: a loss ends once, and no stylist has two visits at once. `trouble` is thrown by each command. */
export function bookingInMemory() {
  const visits = new Map<string, Visit>();
  // Who can't, though availability's projection says so: stylist → reason.
  const cannot = new Map<string, string>();
  // Whose clients have another visit at any other time.
  const overlapping = new Set<Visit>();
  const state: { trouble: (() => void) | undefined; commands: string[] } = { trouble: undefined, commands: [] };

  function lostVisit(command: string, { bookingId, lossId }: { bookingId: string; lossId: string }): Visit {
    state.commands.push(`${command} ${bookingId}`);
    state.trouble?.();
    const visit = visits.get(bookingId);
    if (visit?.status !== "REASSIGNING" || visit.lossId !== lossId) throw refused("not_lost", Code.FailedPrecondition);
    return visit;
  }

  function refuseUnlessFree(visit: Visit, staffId: string, start: Date): void {
    const reason = cannot.get(staffId);
    if (reason) throw refused(reason, reason === "slot_taken" ? Code.AlreadyExists : Code.FailedPrecondition);
    const busy = (other: Visit) =>
      (other.status === "CONFIRMED" && other.staffId === staffId) || (other.status === "REASSIGNING" && other.held?.staffId === staffId);
    for (const other of visits.values())
      if (other !== visit && busy(other) && Math.abs(other.start.getTime() - start.getTime()) < 2 * hour)
        throw refused("slot_taken", Code.AlreadyExists);
  }

  const at = (start: Timestamp | undefined) => timestampDate(start!);
  const service: Partial<ServiceImpl<typeof BookingService>> = {
    holdSubstitute(req) {
      const visit = lostVisit("hold", req);
      refuseUnlessFree(visit, req.staffId, visit.start);
      visit.held = { staffId: req.staffId, until: at(req.until) };
      return { booking: visit.show() };
    },
    reassignBooking(req) {
      const visit = lostVisit("reassign", req);
      if (req.refuseOverlap && overlapping.has(visit)) throw refused("overlaps_own_visit", Code.FailedPrecondition);
      refuseUnlessFree(visit, req.staffId, at(req.start));
      visit.place(req.staffId, at(req.start), req.price?.minorUnits ?? visit.price);
      return { booking: visit.show() };
    },
    refundLostBooking(req) {
      const visit = lostVisit("refund", req);
      visit.cancel(req.declined);
      return { booking: visit.show() };
    },
    getBooking: ({ bookingId }) => ({ booking: visits.get(bookingId)!.show() }),
    listStaffBookings({ staffId, from, to, pageToken }) {
      const inTime = [...visits.values()].filter((one) => one.staffId === staffId && one.start >= at(from) && one.start < at(to));
      const index = Number(pageToken || 0); // one a page
      return {
        bookings: inTime.slice(index, index + 1).map((one) => one.show()),
        nextPageToken: inTime.length > index + 1 ? String(index + 1) : "",
      };
    },
  };
  return { visits, cannot, state, service, overlapping };
}

/** How a service of ours refuses. */
export const refused = (reason: string, code: Code) =>
  new ConnectError(reason, code, undefined, [{ desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason, domain: "lacio" }) }]);
