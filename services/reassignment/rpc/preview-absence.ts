import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Booking_Status as Status, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { VisitPlan_Plan as Plan } from "@lacio/proto/staff/v1/staff_service";
import { wantedSubstitutes } from "../acts/find-substitutes.ts";
import type { App, Rpc } from "../app.ts";
import type { Substitute } from "../domain/answer.ts";
import { canAsk as hasTimeFor, deadlineOf } from "../domain/deadline.ts";
import { plan } from "../domain/plan.ts";
import { visitOf, type Visit } from "../domain/visit.ts";

/** The same candidates and the same plan as the job's, for visits that are not lost yet. */
export const previewAbsence = (app: App): Rpc["previewAbsence"] =>
  async function previewAbsence({ staffId, from, until }) {
    const span = { from: timestampDate(from!), until: timestampDate(until!) };
    const visits: { booking: Booking; lost: IfLost | undefined }[] = [];
    for (const booking of await visitsIn(app, staffId, span.from, span.until)) {
      const lost = booking.status === Status.CONFIRMED ? await ifLost(app, booking, staffId) : undefined;
      if (!lost?.visit || isBusyIn(lost.visit, timestampDate(booking.end!), span)) visits.push({ booking, lost });
    }
    const planned = plan(visits.flatMap(({ lost }) => lost?.visit ?? []));
    return {
      visits: visits.map(({ booking, lost }) => ({
        ...shown(booking),
        ...(lost ? planOfPaid(lost, planned.get(booking.bookingId)) : { plan: Plan.HOLD_ENDS }),
      })),
    };
  };

/** Whether the stylist works on it in this time: a pause of the visit is none, nor is the buffer after it. As booking decides it. */
const isBusyIn = ({ busy }: Visit, end: Date, span: { from: Date; until: Date }): boolean => {
  const [from, until, over] = [span.from, span.until, end].map((time) => time.getTime() / 60_000) as [number, number, number];
  return busy.some(([start, stop]) => start < until && Math.min(stop, over) > from);
};

const dayMs = 86_400_000;
const atOnceMs = 92 * dayMs; // booking answers for so long at once
const aheadMs = 740 * dayMs; // the settings let nobody book further ahead

/** The stylist's visits in this time that have not begun, paid or held. */
async function visitsIn(app: App, staffId: string, from: Date, until: Date): Promise<Booking[]> {
  const now = app.now();
  const last = Math.min(until.getTime(), now.getTime() + aheadMs);
  const found = new Map<string, Booking>();
  for (let start = Math.max(from.getTime(), now.getTime()); start < last; start += atOnceMs) {
    const span = { from: timestampFromMs(start), to: timestampFromMs(Math.min(last, start + atOnceMs)) };
    let pageToken = "";
    do {
      const page = await app.booking.listStaffBookings({ staffId, ...span, pageToken, pageSize: 200 });
      for (const booking of page.bookings) found.set(booking.bookingId, booking);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }
  const open = [Status.CONFIRMED, Status.PENDING_PAYMENT];
  return [...found.values()].filter(({ status, start }) => open.includes(status) && timestampDate(start!) > now);
}

/** `visit`: absent when its service is not known any more, so that nobody can be found. */
type IfLost = { canAsk: boolean; anyStaff: boolean; substitutes: Substitute[]; visit: Visit | undefined };

// A booking does not say with which phases it was sold: today's are taken, which are the same but for a service that has changed since.
async function ifLost(app: App, { bookingId, clientId, anyStaff, start, price, lines }: Booking, staffId: string): Promise<IfLost> {
  const startsAt = timestampDate(start!);
  const canAsk = hasTimeFor(deadlineOf(app.now(), startsAt, app.config), app.now(), app.config);
  const visit = { bookingId, clientId, anyStaff, startsAt, staffId, serviceId: lines[0]!.serviceId, price: price!.minorUnits };
  const { substitutes, terms } = await wantedSubstitutes(app, { ...visit, passedOver: [] }, canAsk);
  const candidates = substitutes.map((one) => one.staffId);
  return { canAsk, anyStaff, substitutes, visit: terms && visitOf(bookingId, startsAt, terms, candidates) };
}

/** As timers/propose.ts would decide now. */
function planOfPaid({ canAsk, anyStaff, substitutes }: IfLost, chosen: string | undefined) {
  const substitute = substitutes.find(({ staffId }) => staffId === chosen);
  if (!substitute) return { plan: canAsk ? Plan.OTHER_TIMES : Plan.REFUNDED };
  return { plan: canAsk && !anyStaff ? Plan.OFFERED : Plan.MOVED, substituteId: substitute.staffId, substituteName: substitute.staffName };
}

function shown({ bookingId, start, end, price, lines, status }: Booking) {
  const { serviceName, serviceNameEn } = lines[0]!;
  const paid = status === Status.CONFIRMED ? price : { currencyCode: price!.currencyCode, minorUnits: 0n };
  return { bookingId, start, end, serviceName, serviceNameEn, paid };
}
