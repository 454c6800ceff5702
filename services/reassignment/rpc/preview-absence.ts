import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import { Booking_Status as Status, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { VisitPlan_Plan as Plan } from "@lacio/proto/staff/v1/staff_service";
import { findSubstitutes } from "../acts/find-substitutes.ts";
import { wishOf } from "../acts/wish-of.ts";
import type { App, Rpc } from "../app.ts";
import type { Substitute } from "../domain/answer.ts";
import { deadlineOf } from "../domain/deadline.ts";
import { plan } from "../domain/plan.ts";
import { visitOf } from "../domain/visit.ts";

/** The same candidates and the same plan as the job's, for visits that are not lost yet. */
export const previewAbsence = (app: App): Rpc["previewAbsence"] =>
  async function previewAbsence({ staffId, from, until }) {
    const bookings = await visitsIn(app, staffId, timestampDate(from!), timestampDate(until!));
    const paid: (Vacant & { booking: Booking })[] = [];
    for (const booking of bookings)
      if (booking.status === Status.CONFIRMED) paid.push({ booking, ...(await vacantOf(app, booking, staffId)) });
    const planned = plan(paid.flatMap(({ booking, terms, substitutes }) => (terms ? [visit(booking, terms, substitutes)] : [])));
    const plans = new Map<string, Planned>();
    for (const { booking, substitutes } of paid) {
      const substitute = substitutes.find((one) => one.staffId === planned.get(booking.bookingId));
      plans.set(booking.bookingId, await planOf(app, booking, substitute));
    }
    return { visits: bookings.map((booking) => ({ ...shown(booking), ...(plans.get(booking.bookingId) ?? { plan: Plan.HOLD_ENDS }) })) };
  };

const longestMs = 92 * 86_400_000; // booking answers for so long at once

/** The stylist's visits in this time that have not begun, paid or held. */
async function visitsIn(app: App, staffId: string, from: Date, until: Date): Promise<Booking[]> {
  const found = new Map<string, Booking>();
  for (let start = from; start < until; start = new Date(start.getTime() + longestMs)) {
    const span = {
      from: timestampFromDate(start),
      to: timestampFromDate(new Date(Math.min(until.getTime(), start.getTime() + longestMs))),
    };
    let pageToken = "";
    do {
      const page = await app.booking.listStaffBookings({ staffId, ...span, pageToken, pageSize: 200 });
      for (const booking of page.bookings) found.set(booking.bookingId, booking);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }
  const open = [Status.CONFIRMED, Status.PENDING_PAYMENT];
  return [...found.values()].filter(({ status, start }) => open.includes(status) && timestampDate(start!) > app.now());
}

type Vacant = { substitutes: Substitute[]; terms: Terms | undefined };

// A booking does not say with which phases it was sold: today's are taken, which are the same but for a service that has changed since.
const vacantOf = (app: App, { bookingId, start, price, lines }: Booking, staffId: string): Promise<Vacant> =>
  findSubstitutes(app, {
    ...{ bookingId, staffId, passedOver: [], price: price!.minorUnits },
    serviceId: lines[0]!.serviceId,
    startsAt: timestampDate(start!),
  });

const visit = ({ bookingId, start }: Booking, terms: Terms, substitutes: Substitute[]) =>
  visitOf(
    bookingId,
    timestampDate(start!),
    terms,
    substitutes.map(({ staffId }) => staffId),
  );

type Planned = { plan: Plan; substituteId?: string; substituteName?: string };

/** As timers/propose.ts would decide now, but for a client who had asked for any stylist: a booking does not say so. */
async function planOf(app: App, booking: Booking, substitute: Substitute | undefined): Promise<Planned> {
  const canAsk = deadlineOf(app.now(), timestampDate(booking.start!), app.config) > app.now();
  if (!substitute) return { plan: canAsk ? Plan.OTHER_TIMES : Plan.REFUNDED };
  if (!canAsk && (await wishOf(app, booking.clientId)) === "REFUND") return { plan: Plan.REFUNDED };
  return { plan: canAsk ? Plan.OFFERED : Plan.MOVED, substituteId: substitute.staffId, substituteName: substitute.staffName };
}

function shown({ bookingId, start, end, price, lines, status }: Booking) {
  const { serviceName, serviceNameEn } = lines[0]!;
  const paid = status === Status.CONFIRMED ? price : { currencyCode: price!.currencyCode, minorUnits: 0n };
  return { bookingId, start, end, serviceName, serviceNameEn, paid };
}
