import type { Handler, Once } from "@lacio/chassis/consume";
import type {
  BookingCancelledSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
} from "@lacio/proto/booking/v1/events";
import type { Line } from "@lacio/proto/booking/v1/booking_service";
import { settle } from "../acts/settle.ts";
import type { App } from "../app.ts";
import type { Outcome } from "../domain/reassignment-schema.ts";
import { Reassignment } from "../domain/reassignment.ts";

export const onBookingReassigned = (app: App): Handler<typeof BookingReassignedSchema> =>
  function onBookingReassigned({ lossId, lines }, once) {
    return settleBy(app, once, lossId, "MOVED", lines);
  };

export const onBookingRescheduled = (app: App): Handler<typeof BookingRescheduledSchema> =>
  function onBookingRescheduled({ lossId, lines }, once) {
    return settleBy(app, once, lossId, "RESCHEDULED", lines);
  };

export const onBookingCancelled = (app: App): Handler<typeof BookingCancelledSchema> =>
  function onBookingCancelled({ lossId, lines }, once) {
    return settleBy(app, once, lossId, "REFUNDED", lines);
  };

export const onStylistReturned = (app: App): Handler<typeof StylistReturnedSchema> =>
  function onStylistReturned({ lossId, lines }, once) {
    return settleBy(app, once, lossId, "KEPT", lines);
  };

// Without a case yet the lock throws, and the event is delivered again: the loss may have met a failure and come after it.
async function settleBy(app: App, once: Once, lossId: string, outcome: Outcome, lines: Line[]): Promise<void> {
  if (!lossId) return; // it had not lost its stylist
  await once(async (tx) => settle(app, tx, await tx.lock(Reassignment, { id: lossId }), outcome, lines));
}
