import type { Tx } from "@lacio/chassis/db";
import type { EntityManager } from "@mikro-orm/postgresql";
import { BookingLine } from "../domain/booking-line.ts";
import { Booking } from "../domain/booking.ts";

/** Locks the row of a booking and loads its lines. @throws Refusal `not_found` */
export async function lockBooking(tx: Tx, id: string): Promise<Booking> {
  const booking = await tx.lock(Booking, { id });
  await addLines(tx.em, [booking]);
  return booking;
}

export async function findBooking(em: EntityManager, id: string): Promise<Booking | undefined> {
  return (await findBookings(em, [id]))[0];
}

/** In the order of the ids. */
export async function findBookings(em: EntityManager, ids: string[]): Promise<Booking[]> {
  const found = await em.find(Booking, { id: { $in: ids } });
  await addLines(em, found);
  const byId = new Map(found.map((booking) => [booking.id, booking]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

async function addLines(em: EntityManager, bookings: Booking[]): Promise<void> {
  const ids = bookings.map((booking) => booking.id);
  const lines = await em.find(BookingLine, { bookingId: { $in: ids } }, { orderBy: { position: "asc" } });
  for (const booking of bookings) booking.lines = lines.filter((line) => line.bookingId === booking.id);
}
