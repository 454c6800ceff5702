import { on, type Subscription } from "@lacio/chassis/consume";
import { BookingCompletedSchema, BookingNoShowSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { onAccountRegistered } from "./on-account-registered.ts";
import { onBookingCompleted } from "./on-booking-completed.ts";
import { onBookingNoShow } from "./on-booking-no-show.ts";
import { AccountRegisteredSchema, EmailVerifiedSchema } from "@lacio/proto/auth/v1/events";
import { onEmailVerified } from "./on-email-verified.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(AccountRegisteredSchema, onAccountRegistered(app)),
  on(EmailVerifiedSchema, onEmailVerified(app)),
  on(BookingCompletedSchema, onBookingCompleted()),
  on(BookingNoShowSchema, onBookingNoShow()),
];
