import { on, type Subscription } from "@lacio/chassis/consume";
import { BookingPaidSchema } from "@lacio/proto/booking/v1/events";
import { PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { onBookingPaid } from "./on-booking-paid.ts";
import { onPaymentRefunded, onRefundFailed } from "./on-payment-refunded.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(BookingPaidSchema, onBookingPaid(app)),
  on(PaymentRefundedSchema, onPaymentRefunded(app)),
  on(RefundFailedSchema, onRefundFailed(app)),
];
