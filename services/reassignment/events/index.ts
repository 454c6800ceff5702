import { on, type Subscription } from "@lacio/chassis/consume";
import {
  BookingCancelledSchema,
  BookingLostStylistSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { onLostStylist } from "./on-lost-stylist.ts";
import { onBookingCancelled, onBookingReassigned, onBookingRescheduled, onStylistReturned } from "./on-outcome.ts";
import { onSubstituteReleased } from "./on-substitute-released.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(BookingLostStylistSchema, onLostStylist(app)),
  on(SubstituteReleasedSchema, onSubstituteReleased()),
  on(BookingReassignedSchema, onBookingReassigned(app)),
  on(BookingRescheduledSchema, onBookingRescheduled(app)),
  on(BookingCancelledSchema, onBookingCancelled(app)),
  on(StylistReturnedSchema, onStylistReturned(app)),
];
