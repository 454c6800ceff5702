import { on, type Subscription } from "@lacio/chassis/consume";
import { AccountRegisteredSchema, EmailChangedSchema, EmailVerifiedSchema } from "@lacio/proto/auth/v1/events";
import { BookingCompletedSchema, BookingNoShowSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { onAccountRegistered, onEmailChanged, onEmailVerified } from "./on-account.ts";
import { onBookingCompleted, onBookingNoShow } from "./on-visit.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(AccountRegisteredSchema, onAccountRegistered(app)),
  on(EmailVerifiedSchema, onEmailVerified(app)),
  on(EmailChangedSchema, onEmailChanged(app)),
  on(BookingCompletedSchema, onBookingCompleted()),
  on(BookingNoShowSchema, onBookingNoShow()),
];
