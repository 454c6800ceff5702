import { on, type Subscription } from "@lacio/chassis/consume";
import { DisputeClosedSchema, PaymentRefundedSchema, PaymentSucceededSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { AbsenceWithdrawnSchema, SettingsChangedSchema, StylistAbsentSchema, StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { onAbsenceWithdrawn } from "./on-absence-withdrawn.ts";
import { onAccountErased } from "./on-account-erased.ts";
import { onDisputeClosed, onPaymentRefunded, onRefundFailed } from "./on-refund-or-dispute.ts";
import { onPaymentSucceeded } from "./on-payment-succeeded.ts";
import { onSettingsChanged } from "./on-settings-changed.ts";
import { onStylistAbsent } from "./on-stylist-absent.ts";
import { onStylistChanged } from "./on-stylist-changed.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(PaymentSucceededSchema, onPaymentSucceeded(app)),
  on(PaymentRefundedSchema, onPaymentRefunded()),
  on(RefundFailedSchema, onRefundFailed()),
  on(DisputeClosedSchema, onDisputeClosed()),
  on(SettingsChangedSchema, onSettingsChanged()),
  on(StylistAbsentSchema, onStylistAbsent(app)),
  on(AbsenceWithdrawnSchema, onAbsenceWithdrawn(app)),
  on(StylistChangedSchema, onStylistChanged()),
  on(AccountErasedSchema, onAccountErased(app)),
];
