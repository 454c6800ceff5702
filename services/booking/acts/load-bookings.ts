import type { HandlerContext } from "@connectrpc/connect";
import { caller, isAdmin, mayAct, person, type Caller } from "@lacio/chassis/access";
import type { Tx } from "@lacio/chassis/db";
import { notFound } from "@lacio/chassis/errors";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { EntityManager } from "@mikro-orm/postgresql";
import type { App } from "../app.ts";
import { BookingLine } from "../domain/booking-line.ts";
import type { By } from "../domain/booking-schema.ts";
import { Booking } from "../domain/booking.ts";

/** A booking that this caller may see, without a lock. @throws Refusal `not_found` */
export async function visibleBooking(app: App, id: string, ctx: HandlerContext): Promise<Booking> {
  const booking = await findBooking(app.db.read(), id);
  const who = caller(ctx);
  if (!booking || !(mayAct(who, booking.clientId) || isItsStylist(who, booking))) throw notFound("booking");
  return booking;
}

const isItsStylist = (who: Caller, booking: Booking): boolean =>
  who.kind === "person" && who.role === Caller_Role.STYLIST && booking.isOf(who.id);

/** For whom a person acts by an RPC that is open to clients and ADMINs. */
export const actsAs = (ctx: HandlerContext): By => (isAdmin(person(ctx)) ? "SALON" : "CLIENT");

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
