import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { BookingExpiredSchema } from "@lacio/proto/booking/v1/events";
import { LockMode } from "@mikro-orm/core";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";

export const onBookingExpired =
  (app: App): Handler<typeof BookingExpiredSchema> =>
  async ({ bookingId }, once) => {
    await once((tx) => endCheckouts(app, tx, bookingId));
  };

/** They are closed at the provider, too; a payment that is faster counts, and booking decides what becomes of it. */
export async function endCheckouts(app: App, tx: Tx, bookingId: string): Promise<void> {
  const open = await tx.em.find(Payment, { bookingId, status: "PENDING" }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  for (const payment of open) {
    payment.endCheckout(app.now());
    tx.later("settle-payment", payment.id);
  }
}
