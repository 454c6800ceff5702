import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import type { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { createTransport } from "nodemailer";
import type { Salon } from "./templates/layout.ts";

export const readConfig = (env: Env) => ({
  smtpUrl: env.url("SMTP_URL"),
  mailFrom: mailbox(env, "MAIL_FROM"),
  /** Where answers go, also those to calendar invitations. */
  mailReplyTo: mailbox(env, "MAIL_REPLY_TO", "MAIL_FROM"),
  mailConnections: env.number("MAIL_CONNECTIONS", 4, { min: 1, max: 50 }),
  /** The lease of the job that sends a mail: longer than an SMTP session, and than an outage of the database that is waited for after it. */
  mailLeaseSeconds: env.number("MAIL_LEASE_SECONDS", 60, { min: 1 }),
  mailRetrySeconds: env.number("MAIL_RETRY_SECONDS", 15, { min: 1 }),
  mailMaxRefusals: env.number("MAIL_MAX_REFUSALS", 6, { min: 1 }),
  publicUrl: env.url("PUBLIC_URL"),
  salon: {
    name: env.text("SALON_NAME", "Lacio"),
    address: env.text("SALON_ADDRESS", "Bogotá D.C."),
    phone: env.optional("SALON_PHONE"),
    timeZone: env.timeZone("SALON_TIME_ZONE", "America/Bogota"),
  } satisfies Salon,
});

// @throws ConfigError
function mailbox(env: Env, name: string, otherwise?: string): Mailbox {
  const text = otherwise ? (env.optional(name) ?? env.optional(otherwise) ?? "") : env.text(name);
  const found = mailboxOf(text);
  if (!found && text) env.errors.push(`${name} must be an address, as in "Lacio <hola@lacio.example>"`);
  return found ?? { name: "", address: "", domain: "" };
}

/** A mailbox of the salon, as the configuration writes it: `Lacio <hola@lacio.example>`, or the address alone. */
type Mailbox = { name: string; address: string; domain: string };

const form = /^(?:"?([^"<>]*?)"?\s*<([^\s<>@]+@([^\s<>@]+))>|([^\s<>@]+@([^\s<>@]+)))$/;

/** @returns undefined when it is none */
export function mailboxOf(text: string): Mailbox | undefined {
  const [, name, address, domain, bare, bareDomain] = form.exec(text.trim()) ?? [];
  const found = { name: name ?? "", address: address ?? bare ?? "", domain: domain ?? bareDomain ?? "" };
  return found.address ? found : undefined;
}

export function createApp(base: Base<ReturnType<typeof readConfig>>) {
  return {
    ...base,
    auth: base.client(AuthService),
    users: base.client(UsersService),
    staff: base.client(StaffService),
    availability: base.client(AvailabilityService),
    booking: base.client(BookingService),
    reassignment: base.client(ReassignmentService),
    invoice: base.client(InvoiceService),
    mailer: createTransport({
      url: base.config.smtpUrl,
      pool: true,
      maxConnections: base.config.mailConnections,
      connectionTimeout: 5_000,
      greetingTimeout: 5_000,
      socketTimeout: 20_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  };
}

export type App = ReturnType<typeof createApp>;

/** What callers may ask, as proto says it: each method is named in rpc/index.ts. */
export type Rpc = ServiceImpl<typeof NotificationService>;
