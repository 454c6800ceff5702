import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import type { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";

export const readConfig = (env: Env) => ({
  offerHours: env.number("OFFER_HOURS", 12, { min: 1, max: 168 }),
  latestBeforeHours: env.number("OFFER_LATEST_BEFORE_HOURS", 3, { min: 0, max: 168 }),
  /** With less time than this until the deadline the client is not asked. */
  answerMinutes: env.number("OFFER_AT_LEAST_MINUTES", 30, { min: 1, max: 1_440 }),
  planPatienceSeconds: env.number("PLAN_PATIENCE_SECONDS", 20, { min: 0, max: 3_600 }),
  /** How long an answer waits for another one that is on its way to booking. */
  answerPatienceMs: env.number("ANSWER_PATIENCE_MS", 2_000, { min: 0, max: 10_000 }),
  linkKeepDays: env.number("LINK_KEEP_DAYS", 30, { min: 1, max: 365 }),
});

export const createApp = (base: Base<ReturnType<typeof readConfig>>) => ({
  ...base,
  availability: base.client(AvailabilityService),
  booking: base.client(BookingService),
  users: base.client(UsersService),
});

export type App = ReturnType<typeof createApp>;

/** The methods of the contract; rpc/index.ts implements each. */
export type Rpc = ServiceImpl<typeof ReassignmentService>;
