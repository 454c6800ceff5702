import { on, type Subscription } from "@lacio/chassis/consume";
import { AccountRegisteredSchema, PasswordResetRequestedSchema, RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import { BookingCancelledSchema, BookingExpiredSchema, BookingPaidSchema, BookingRescheduledSchema } from "@lacio/proto/booking/v1/events";
import { CreditNoteIssuedSchema, InvoiceDelayedSchema, InvoiceIssuedSchema } from "@lacio/proto/invoice/v1/events";
import { PaymentFailedSchema, PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { onAccountErased } from "./on-account-erased.ts";
import { onAccountRegistered } from "./on-account-registered.ts";
import { onBookingCancelled } from "./on-booking-cancelled.ts";
import { onBookingExpired } from "./on-booking-expired.ts";
import { onBookingPaid } from "./on-booking-paid.ts";
import { onBookingRescheduled } from "./on-booking-rescheduled.ts";
import { onCreditNoteIssued } from "./on-credit-note-issued.ts";
import { onInvoiceDelayed } from "./on-invoice-delayed.ts";
import { onInvoiceIssued } from "./on-invoice-issued.ts";
import { onPasswordResetRequested } from "./on-password-reset-requested.ts";
import { onPaymentFailed } from "./on-payment-failed.ts";
import { onPaymentRefunded } from "./on-payment-refunded.ts";
import { onRefundFailed } from "./on-refund-failed.ts";
import { onRefreshTokenReused } from "./on-refresh-token-reused.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(AccountRegisteredSchema, onAccountRegistered(app)),
  on(AccountErasedSchema, onAccountErased(app)),
  on(PasswordResetRequestedSchema, onPasswordResetRequested(app)),
  on(RefreshTokenReusedSchema, onRefreshTokenReused(app)),
  on(BookingPaidSchema, onBookingPaid(app)),
  on(InvoiceIssuedSchema, onInvoiceIssued(app)),
  on(InvoiceDelayedSchema, onInvoiceDelayed(app)),
  on(BookingRescheduledSchema, onBookingRescheduled(app)),
  on(BookingCancelledSchema, onBookingCancelled(app)),
  on(BookingExpiredSchema, onBookingExpired(app)),
  on(PaymentFailedSchema, onPaymentFailed(app)),
  on(PaymentRefundedSchema, onPaymentRefunded(app)),
  on(RefundFailedSchema, onRefundFailed(app)),
  on(CreditNoteIssuedSchema, onCreditNoteIssued(app)),
];
