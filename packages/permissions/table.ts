import type { Permissions } from "@lacio/chassis/permissions";

// The one table of who may do what. Users of NATS and Redis, roles of PostgreSQL and `npm run map` are made from it, and
// table.test.ts compares it with the code. What a caller may ask of an RPC is the option `access` in proto/.

const servers = [] as const;

// What becomes of a table's rows.
const kept = ["select", "insert"] as const; // never changed, never deleted
const changed = ["select", "insert", "update"] as const; // never deleted
const replaced = ["select", "insert", "delete"] as const; // never changed
const changedAndDeleted = ["select", "insert", "update", "delete"] as const;

export const permissions = {
  auth: {
    publishes: [
      "auth.account_registered",
      "auth.email_change_requested",
      "auth.email_changed",
      "auth.email_verified",
      "auth.password_changed",
      "auth.password_reset_requested",
      "auth.refresh_token_reused",
      "auth.session_ended",
      "auth.account_disabled",
      "auth.account_enabled",
    ],
    consumes: ["staff.stylist_changed", "users.account_erased"],
    calls: [],
    tables: {
      account: changed,
      session: changedAndDeleted,
      refresh_token: changed,
      link_token: changedAndDeleted,
      signing_key: changedAndDeleted,
    },
    servers: ["redis"],
  },
  users: {
    publishes: ["users.account_erased"],
    consumes: ["auth.account_registered", "auth.email_changed", "auth.email_verified", "booking.completed", "booking.no_show"],
    calls: ["auth", "booking"],
    tables: { profile: changed, visit: changed },
    servers,
  },
  staff: {
    publishes: [
      "staff.service_changed",
      "staff.stylist_changed",
      "staff.schedule_changed",
      "staff.time_off_changed",
      "staff.stylist_absent",
      "staff.absence_withdrawn",
      "staff.settings_changed",
    ],
    consumes: ["auth.account_registered"],
    calls: ["auth", "reassignment"],
    tables: {
      absence: changed,
      service: changed,
      service_skills: replaced,
      settings: changed,
      skill: changed,
      staff_schedules: replaced,
      staff_skills: replaced,
      stylist: changed,
      time_off: changed,
    },
    servers,
  },
  availability: {
    publishes: [],
    consumes: [
      "booking.cancelled",
      "booking.completed",
      "booking.created",
      "booking.expired",
      "booking.lost_stylist",
      "booking.no_show",
      "booking.paid",
      "booking.reassigned",
      "booking.rescheduled",
      "booking.stylist_returned",
      "booking.substitute_held",
      "booking.substitute_released",
      "staff.schedule_changed",
      "staff.service_changed",
      "staff.settings_changed",
      "staff.stylist_changed",
      "staff.time_off_changed",
    ],
    calls: ["staff"],
    tables: {
      booking_seen: changed,
      busy: replaced,
      salon_service: changed,
      schedule: changed,
      settings: changed,
      stylist: changed,
      time_off: changedAndDeleted,
    },
    servers,
  },
  booking: {
    publishes: [
      "booking.created",
      "booking.paid",
      "booking.payment_declined",
      "booking.expired",
      "booking.cancelled",
      "booking.rescheduled",
      "booking.lost_stylist",
      "booking.substitute_held",
      "booking.substitute_released",
      "booking.reassigned",
      "booking.stylist_returned",
      "booking.completed",
      "booking.no_show",
    ],
    consumes: [
      "payments.dispute_closed",
      "payments.refund_failed",
      "payments.refunded",
      "payments.succeeded",
      "staff.absence_withdrawn",
      "staff.settings_changed",
      "staff.stylist_absent",
      "staff.stylist_changed",
      "users.account_erased",
    ],
    calls: ["auth", "availability"],
    tables: {
      absence: changedAndDeleted,
      booking: changed,
      booking_line: changed,
      erased_client: kept,
      money_back: changedAndDeleted,
      occupancy: replaced,
      settings: changed,
    },
    servers,
  },
  payments: {
    publishes: [
      "payments.succeeded",
      "payments.failed",
      "payments.refunded",
      "payments.refund_failed",
      "payments.disputed",
      "payments.dispute_closed",
    ],
    consumes: ["booking.cancelled", "booking.expired", "booking.payment_declined", "booking.reassigned", "users.account_erased"],
    calls: ["booking"],
    tables: { dispute: changed, ledger_entry: kept, payment: changed, provider_event: changedAndDeleted, refund: changed },
    servers: ["stripe"],
  },
  invoice: {
    publishes: ["invoice.issued", "invoice.credit_note_issued", "invoice.delayed"],
    consumes: ["booking.paid", "payments.refund_failed", "payments.refunded"],
    calls: ["users", "booking"],
    tables: { invoice: kept, invoice_file: kept, numbering_range: changed, pending_invoice: replaced, refund_before_invoice: replaced },
    servers,
  },
  notification: {
    publishes: [],
    consumes: [
      "auth.account_registered",
      "auth.email_change_requested",
      "auth.password_changed",
      "auth.password_reset_requested",
      "auth.refresh_token_reused",
      "booking.cancelled",
      "booking.expired",
      "booking.lost_stylist",
      "booking.paid",
      "booking.reassigned",
      "booking.rescheduled",
      "booking.stylist_returned",
      "invoice.credit_note_issued",
      "invoice.delayed",
      "invoice.issued",
      "payments.failed",
      "payments.refund_failed",
      "payments.refunded",
      "reassignment.offered",
      "users.account_erased",
    ],
    calls: ["auth", "users", "staff", "availability", "booking", "reassignment", "invoice"],
    tables: { erased_recipient: kept, notification: changed },
    servers: ["smtp"],
  },
  reassignment: {
    publishes: ["reassignment.offered", "reassignment.settled"],
    consumes: [
      "booking.cancelled",
      "booking.lost_stylist",
      "booking.reassigned",
      "booking.rescheduled",
      "booking.stylist_returned",
      "booking.substitute_released",
    ],
    calls: ["availability", "booking", "users"],
    tables: { answer_link: replaced, reassignment: changed },
    servers,
  },
} satisfies Record<string, Permissions>;

/** What every service asks of its own accord (chassis/access.ts): the keys of people's tokens, and which sessions have ended. */
export const calledByAll = "auth";

/** Facts that every replica of every service hears at once, by a plain subscription beside the owner's stream. */
export const heardByAll = ["auth.session_ended"];

export type ServiceName = keyof typeof permissions;
