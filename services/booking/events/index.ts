import { on, type Subscription } from "@lacio/chassis/consume";
import { DisputeClosedSchema, PaymentRefundedSchema, PaymentSucceededSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { AbsenceWithdrawnSchema, SettingsChangedSchema, StylistAbsentSchema } from "@lacio/proto/staff/v1/events";
import type { App } from "../app.ts";
import { onAbsenceWithdrawn } from "./on-absence-withdrawn.ts";
import { onDisputeClosed, onPaymentRefunded, onRefundFailed } from "./on-refund-or-dispute.ts";
import { onPaymentSucceeded } from "./on-payment-succeeded.ts";
import { onSettingsChanged } from "./on-settings-changed.ts";
import { onStylistAbsent } from "./on-stylist-absent.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(PaymentSucceededSchema, onPaymentSucceeded(app)),
  on(PaymentRefundedSchema, onPaymentRefunded()),
  on(RefundFailedSchema, onRefundFailed()),
  on(DisputeClosedSchema, onDisputeClosed()),
  on(SettingsChangedSchema, onSettingsChanged()),
  on(StylistAbsentSchema, onStylistAbsent(app)),
  on(AbsenceWithdrawnSchema, onAbsenceWithdrawn(app)),
];
