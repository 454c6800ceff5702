import { on, type Subscription } from "@lacio/chassis/consume";
import {
  AccountRegisteredSchema,
  EmailChangeRequestedSchema,
  PasswordChangedSchema,
  PasswordResetRequestedSchema,
  RefreshTokenReusedSchema,
} from "@lacio/proto/auth/v1/events";
import {
  BookingCancelledSchema,
  BookingExpiredSchema,
  BookingLostStylistSchema,
  BookingPaidSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
} from "@lacio/proto/booking/v1/events";
import { CreditNoteIssuedSchema, InvoiceDelayedSchema, InvoiceIssuedSchema } from "@lacio/proto/invoice/v1/events";
import { PaymentFailedSchema, PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { ReassignmentOfferedSchema } from "@lacio/proto/reassignment/v1/events";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { onAccountErased } from "./on-account-erased.ts";
import { onAccountRegistered, onPasswordChanged, onPasswordResetRequested, onRefreshTokenReused } from "./on-account.ts";
import { onBookingCancelled } from "./on-booking-cancelled.ts";
import { onBookingPaid } from "./on-booking-paid.ts";
import { onBookingReassigned } from "./on-booking-reassigned.ts";
import { onBookingRescheduled } from "./on-booking-rescheduled.ts";
import { onEmailChangeRequested } from "./on-email-change.ts";
import { onBookingExpired, onPaymentFailed } from "./on-unpaid-booking.ts";
import { onInvoiceDelayed, onInvoiceIssued } from "./on-invoice.ts";
import { onBookingLostStylist, onStylistReturned } from "./on-lost-stylist.ts";
import { onReassignmentOffered } from "./on-reassignment-offered.ts";
import { onCreditNoteIssued, onPaymentRefunded, onRefundFailed } from "./on-refund.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(AccountRegisteredSchema, onAccountRegistered(app)),
  on(AccountErasedSchema, onAccountErased(app)),
  on(PasswordResetRequestedSchema, onPasswordResetRequested(app)),
  on(PasswordChangedSchema, onPasswordChanged(app)),
  on(EmailChangeRequestedSchema, onEmailChangeRequested(app)),
  on(RefreshTokenReusedSchema, onRefreshTokenReused(app)),
  on(BookingPaidSchema, onBookingPaid(app)),
  on(InvoiceIssuedSchema, onInvoiceIssued(app)),
  on(InvoiceDelayedSchema, onInvoiceDelayed(app)),
  on(BookingRescheduledSchema, onBookingRescheduled(app)),
  on(BookingLostStylistSchema, onBookingLostStylist(app)),
  on(ReassignmentOfferedSchema, onReassignmentOffered(app)),
  on(BookingReassignedSchema, onBookingReassigned(app)),
  on(StylistReturnedSchema, onStylistReturned(app)),
  on(BookingCancelledSchema, onBookingCancelled(app)),
  on(BookingExpiredSchema, onBookingExpired(app)),
  on(PaymentFailedSchema, onPaymentFailed(app)),
  on(PaymentRefundedSchema, onPaymentRefunded(app)),
  on(RefundFailedSchema, onRefundFailed(app)),
  on(CreditNoteIssuedSchema, onCreditNoteIssued(app)),
];
