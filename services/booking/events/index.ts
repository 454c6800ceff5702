import { on, type Subscription } from "@lacio/chassis/consume";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { onPaymentSucceeded } from "./on-payment-succeeded.ts";

export const subscriptions = (app: App): Subscription[] => [on(PaymentSucceededSchema, onPaymentSucceeded(app))];
