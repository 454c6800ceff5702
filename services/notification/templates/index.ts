import { bookingCancelled } from "./booking-cancelled.ts";
import { bookingConfirmed } from "./booking-confirmed.ts";
import { bookingExpired } from "./booking-expired.ts";
import { bookingReassigned } from "./booking-reassigned.ts";
import { bookingRescheduled } from "./booking-rescheduled.ts";
import { emailChangeAsked } from "./email-change-asked.ts";
import { invoiceReady } from "./invoice-ready.ts";
import { newEmail } from "./new-email.ts";
import { passwordChanged } from "./password-changed.ts";
import { passwordReset } from "./password-reset.ts";
import { paymentFailed } from "./payment-failed.ts";
import { reassignmentOffer } from "./reassignment-offer.ts";
import { refundFailed } from "./refund-failed.ts";
import { refundSent } from "./refund-sent.ts";
import { sessionEnded } from "./session-ended.ts";
import { staffInvitation } from "./staff-invitation.ts";
import { stylistBookingCancelled } from "./stylist-booking-cancelled.ts";
import { stylistBookingRescheduled } from "./stylist-booking-rescheduled.ts";
import { stylistNewBooking } from "./stylist-new-booking.ts";
import { stylistReturned } from "./stylist-returned.ts";
import { welcome } from "./welcome.ts";

/** All mail templates, by a notification's kind. */
export const templates = {
  welcome,
  staff_invitation: staffInvitation,
  password_reset: passwordReset,
  password_changed: passwordChanged,
  new_email: newEmail,
  email_change_asked: emailChangeAsked,
  session_ended: sessionEnded,
  booking_confirmed: bookingConfirmed,
  booking_cancelled: bookingCancelled,
  booking_expired: bookingExpired,
  booking_rescheduled: bookingRescheduled,
  reassignment_offer: reassignmentOffer,
  booking_reassigned: bookingReassigned,
  stylist_returned: stylistReturned,
  invoice_ready: invoiceReady,
  payment_failed: paymentFailed,
  refund_sent: refundSent,
  refund_failed: refundFailed,
  stylist_new_booking: stylistNewBooking,
  stylist_booking_cancelled: stylistBookingCancelled,
  stylist_booking_rescheduled: stylistBookingRescheduled,
};

export type MailKind = keyof typeof templates;
export type MailInput<Kind extends MailKind> = Parameters<(typeof templates)[Kind]>[0];
