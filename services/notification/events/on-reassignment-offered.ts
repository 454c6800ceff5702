import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { ReassignmentOfferedSchema } from "@lacio/proto/reassignment/v1/events";
import { Profile_WhenStylistCancels as Preference } from "@lacio/proto/users/v1/users_service";
import { answerPages, askBooking, askContact, contextFor, visitOf } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { templates } from "../templates/index.ts";

export const onReassignmentOffered = (app: App): Handler<typeof ReassignmentOfferedSchema> =>
  async function onReassignmentOffered({ reassignmentId, bookingId, clientId, offerId, offer, alternatives, ...event }, once) {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    // Decided meanwhile: the outcome is a mail of its own.
    if (booking.status !== Booking_Status.REASSIGNING || booking.loss?.lossId !== reassignmentId) return tell(app, once, []);
    const visit = visitOf(bookingId, booking.lines);
    const mail = templates.reassignment_offer({
      ...contextFor(app, to),
      ...answerPages(app, to, bookingId),
      visit,
      paid: booking.refundIfCancelled?.minorUnits ?? visit.price,
      reason: booking.loss.reason,
      substitute: offer && { name: offer.staffName, price: offer.price!.minorUnits },
      alternatives: alternatives.map(({ start, staffName }) => ({ start: timestampDate(start!), stylistName: staffName })),
      deadline: timestampDate(event.deadline!),
      ifUnanswered: to.whenStylistCancels === Preference.SUBSTITUTE ? "SUBSTITUTE" : "REFUND",
      again: event.again,
    });
    await tell(app, once, [{ kind: "reassignment_offer", about: offerId, to, mail, bookingId, reassignmentId }]);
  };
