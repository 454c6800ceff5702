import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { Profile_WhenStylistCancels as When, UsersService } from "@lacio/proto/users/v1/users_service";
import { standInFor } from "@lacio/testkit/stand-in";
import { bookingInMemory, cop, hour, Visit } from "./booking.ts";

export type Candidate = { staffId: string; staffName: string; price?: bigint };
export type Salon = Awaited<ReturnType<typeof openSalon>>;

export const stylist = (staffName: string, price?: bigint): Candidate => ({ staffId: crypto.randomUUID(), staffName, price });

/** Stand-ins for the services that reassignment asks. Each visit has candidates of its own, so tests do not interfere. */
export async function openSalon() {
  const booking = bookingInMemory();
  const free = new Map<string, Candidate[]>();
  const turning = new Set<string>();
  const wishes = new Map<string, When>();
  const asked: { preferences: string[]; moves: { bookingId: string; desk: boolean }[] } = { preferences: [], moves: [] };
  const othersOf = new Map<string, Candidate>();
  const slot = (start: Date, { staffId, staffName }: Candidate) => ({
    ...{ staffId, staffName, start: timestampFromDate(start) },
    end: timestampFromDate(new Date(start.getTime() + 2 * hour)),
  });
  const { url, stop } = await standInFor((router) => {
    router.service(BookingService, booking.service);
    router.service(AvailabilityService, {
      findCandidates({ ignoreBookingId, serviceId, soldAs }) {
        const found = free.get(ignoreBookingId) ?? [];
        if (turning.has(ignoreBookingId)) free.set(ignoreBookingId, found.toReversed());
        return {
          terms: { serviceId, price: cop(1000n), phases: soldAs?.phases ?? [{ name: "alisar", minutes: 120, busy: true }] },
          candidates: found.map((one) => ({ ...one, price: one.price === undefined ? undefined : cop(one.price) })),
        };
      },
      // The lost start itself, then one each hour.
      findAlternatives: ({ ignoreBookingId, start, limit }) => {
        const by = othersOf.get(ignoreBookingId);
        if (!by) return { slots: [] };
        return { slots: Array.from({ length: limit }, (_, n) => slot(new Date(timestampDate(start!).getTime() + n * hour), by)) };
      },
      findMoves: ({ bookingId, desk, booked }) => {
        asked.moves.push({ bookingId, desk });
        return { slots: [slot(new Date(timestampDate(booked!.start!).getTime() + 5 * hour), othersOf.get(bookingId)!)] };
      },
    });
    router.service(UsersService, {
      getPreferences({ accountId }) {
        asked.preferences.push(accountId);
        return { whenStylistCancels: wishes.get(accountId) ?? When.REFUND };
      },
    });
  });
  let days = 0;
  return {
    booking,
    asked,
    env: { BOOKING_URL: url, AVAILABILITY_URL: url, USERS_URL: url, ANSWER_PATIENCE_MS: "500" },
    /** A paid visit; `in` hours from `now`, by default on a day that no other has. `others`: who has other times. */
    visit(wish: {
      now?: Date;
      in?: number;
      candidates?: Candidate[];
      wish?: When;
      anyStaff?: boolean;
      staffId?: string;
      clientId?: string;
    }) {
      const from = wish.now ?? new Date();
      const start = new Date(Math.ceil((from.getTime() + (wish.in ?? 48 + 24 * ++days) * hour) / 60_000) * 60_000);
      const { staffId = crypto.randomUUID(), anyStaff, clientId } = wish;
      const visit = new Visit({ start, staffId, anyStaff, clientId });
      booking.visits.set(visit.bookingId, visit);
      free.set(visit.bookingId, wish.candidates ?? []);
      othersOf.set(visit.bookingId, stylist("Luisa"));
      if (wish.wish) wishes.set(visit.clientId, wish.wish);
      return visit;
    },
    isFree: (visit: Visit, ...candidates: Candidate[]) => void free.set(visit.bookingId, candidates),
    /** From now on the order of its candidates is reversed with each answer. */
    turn: (visit: Visit) => void turning.add(visit.bookingId),
    othersOf,
    stop,
  };
}
