import { on, type Subscription } from "@lacio/chassis/consume";
import {
  BookingCancelledSchema,
  BookingExpiredSchema,
  BookingPaymentDeclinedSchema,
  BookingReassignedSchema,
} from "@lacio/proto/booking/v1/events";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { onAccountErased } from "./on-account-erased.ts";
import { onBookingCancelled, onBookingExpired, onBookingPaymentDeclined, onBookingReassigned } from "./on-booking.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(BookingCancelledSchema, onBookingCancelled(app)),
  on(BookingReassignedSchema, onBookingReassigned(app)),
  on(BookingExpiredSchema, onBookingExpired(app)),
  on(BookingPaymentDeclinedSchema, onBookingPaymentDeclined(app)),
  on(AccountErasedSchema, onAccountErased()),
];
