import { on, type Subscription } from "@lacio/chassis/consume";
import {
  BookingCancelledSchema,
  BookingCompletedSchema,
  BookingCreatedSchema,
  BookingExpiredSchema,
  BookingLostStylistSchema,
  BookingNoShowSchema,
  BookingPaidSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
  SubstituteHeldSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import {
  ScheduleChangedSchema,
  ServiceChangedSchema,
  SettingsChangedSchema,
  StylistChangedSchema,
  TimeOffChangedSchema,
} from "@lacio/proto/staff/v1/events";
import type { App } from "../app.ts";
import { onScheduleChanged, onServiceChanged, onSettingsChanged, onStylistChanged } from "./on-staff-changed.ts";
import { onBookingBusy, onBookingFree, onTimeOffChanged } from "./on-time-taken.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(ServiceChangedSchema, onServiceChanged()),
  on(StylistChangedSchema, onStylistChanged(app)),
  on(ScheduleChangedSchema, onScheduleChanged()),
  on(TimeOffChangedSchema, onTimeOffChanged()),
  on(SettingsChangedSchema, onSettingsChanged()),
  on(BookingCreatedSchema, onBookingBusy()),
  on(BookingPaidSchema, onBookingBusy()),
  on(BookingRescheduledSchema, onBookingBusy()),
  on(BookingExpiredSchema, onBookingFree()),
  on(BookingCancelledSchema, onBookingFree()),
  on(BookingCompletedSchema, onBookingFree()),
  on(BookingNoShowSchema, onBookingFree()),
  on(BookingLostStylistSchema, onBookingFree()),
  on(SubstituteHeldSchema, onBookingBusy()),
  on(SubstituteReleasedSchema, onBookingFree()),
  on(BookingReassignedSchema, onBookingBusy()),
  on(StylistReturnedSchema, onBookingBusy()),
];
