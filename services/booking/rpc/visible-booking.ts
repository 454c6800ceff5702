import type { HandlerContext } from "@connectrpc/connect";
import { caller, isAdmin, mayAct, person, type Caller } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { findBooking } from "../acts/load-bookings.ts";
import type { App } from "../app.ts";
import type { By } from "../domain/booking-schema.ts";
import type { Booking } from "../domain/booking.ts";

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
