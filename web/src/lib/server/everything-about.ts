import { toJson, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { GetEmailChangeResponseSchema, SessionSchema } from "@lacio/proto/auth/v1/auth_service";
import { BookingSchema } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceSchema } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationSchema } from "@lacio/proto/notification/v1/notification_service";
import { PaymentSchema, type Payment } from "@lacio/proto/payments/v1/payments_service";
import { ReassignmentSchema } from "@lacio/proto/reassignment/v1/reassignment_service";
import { ProfileSchema, RatingSchema } from "@lacio/proto/users/v1/users_service";
import type { Api } from "./api.ts";
import type { Session } from "./session.ts";

/** Everything that the services hold about the person who is signed in (habeas data), asked with her own token. */
export async function everythingAbout(api: Api, role: Session["role"]) {
  const [{ profile }, sessions, notifications, visits] = await Promise.all([
    api.users.getMe({}),
    whole(
      (page) => api.auth.listSessions(page),
      ({ sessions }) => sessions,
    ),
    whole(
      (page) => api.notification.listNotifications(page),
      ({ notifications }) => notifications,
    ),
    role === "CLIENT" ? visitsOf(api) : undefined,
  ]);
  const emailChange = await emailChangeOf(api, profile!.id);
  return {
    exportedAt: new Date().toISOString(),
    profile: toJson(ProfileSchema, profile!, complete),
    ...(emailChange && { emailChange: toJson(GetEmailChangeResponseSchema, emailChange, complete) }),
    sessions: all(SessionSchema, sessions),
    ...visits,
    notifications: all(NotificationSchema, notifications),
  };
}

/** The new address that waits for its confirmation; undefined: none does. */
async function emailChangeOf({ auth }: Api, accountId: string) {
  try {
    return await auth.getEmailChange({ accountId });
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
    throw error;
  }
}

async function visitsOf(api: Api) {
  const [bookings, invoices, reassignments, ratings] = await Promise.all([
    whole(
      (page) => api.booking.listBookings(page),
      ({ bookings }) => bookings,
    ),
    whole(
      (page) => api.invoice.listInvoices(page),
      ({ invoices }) => invoices,
    ),
    whole(
      (page) => api.reassignment.listMyReassignments(page),
      ({ reassignments }) => reassignments,
    ),
    whole(
      (page) => api.users.listMyRatings(page),
      ({ ratings }) => ratings,
    ),
  ]);
  const payments: Payment[] = [];
  for (let at = 0; at < bookings.length; at += together) {
    const some = bookings.slice(at, at + together);
    const ofEach = some.map(({ bookingId }) =>
      whole(
        (page) => api.payments.listPayments({ bookingId, ...page }),
        ({ payments }) => payments,
      ),
    );
    payments.push(...(await Promise.all(ofEach)).flat());
  }
  return {
    bookings: all(BookingSchema, bookings),
    payments: all(PaymentSchema, payments),
    invoices: all(InvoiceSchema, invoices),
    reassignments: all(ReassignmentSchema, reassignments),
    ratings: all(RatingSchema, ratings),
  };
}

const complete = { alwaysEmitImplicit: true }; // default values (false, 0, "") belong to the export
const together = 10; // bookings whose payments are fetched in parallel

const all = <D extends DescMessage>(schema: D, messages: MessageShape<D>[]) => messages.map((message) => toJson(schema, message, complete));

type Page = { pageSize: number; pageToken: string };
async function whole<A extends { nextPageToken: string }, T>(ask: (page: Page) => Promise<A>, items: (answer: A) => T[]): Promise<T[]> {
  const found: T[] = [];
  for (let pageToken = ""; ;) {
    const answer = await ask({ pageSize: 200, pageToken });
    found.push(...items(answer));
    if (!(pageToken = answer.nextPageToken)) return found;
  }
}
