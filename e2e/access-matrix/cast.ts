import type { DescMethod } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { SystemDescription } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, signIn, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { at, book, ensureNumbering, openSalon, pay, payments, type Salon } from "../salon.ts";
import { callName, type PersonName } from "./table.ts";

/** All callers of the matrix, and the resources that belong to one of them. */
export interface Cast {
  system: SystemDescription;
  salon: Salon;
  client: SignedIn;
  otherClient: SignedIn;
  stylistId: string;
  otherStylistId: string;
  tokens: Record<PersonName, string | undefined>;
  skillId: string;
  bookingId: string;
  /** The client's past booking. */
  visitedId: string;
  paymentId: string;
  invoiceId: string;
  notificationId: string;
  sessionId: string;
  /** Adds another time off of the stylist. */
  timeOff(): Promise<string>;
}

export async function gatherCast(system: SystemDescription): Promise<Cast> {
  await ensureNumbering(system);
  const salon = await openSalon(system, { stylists: 2 });
  const [stylistId, otherStylistId] = salon.staffIds as [string, string];
  const [client, otherClient, admin] = await Promise.all([
    signUp(system, { name: `Clienta ${crypto.randomUUID()}` }),
    signUp(system),
    adminToken(system),
  ]);
  const staff = clientFor(StaffService, system, admin);
  const { services } = await staff.listServices({ pageSize: 200, includeInactive: true });
  const [skillId] = services.find(({ id }) => id === salon.serviceId)!.skillIds;
  let lastDayOff = 40;
  return {
    system,
    salon,
    client,
    otherClient,
    stylistId,
    otherStylistId,
    tokens: {
      nobody: undefined,
      client: client.accessToken,
      "other client": otherClient.accessToken,
      stylist: await signInStylist(system, stylistId),
      "other stylist": await signInStylist(system, otherStylistId),
      admin,
    },
    skillId: skillId!,
    ...(await paidBooking(system, client, salon)),
    visitedId: await visit(system, client, stylistId),
    sessionId: (await clientFor(AuthService, system, client.accessToken).listSessions({})).sessions[0]!.sessionId,
    timeOff: async () => {
      const day = lastDayOff++;
      const [start, end] = [timestampFromDate(at(day, "10:00")), timestampFromDate(at(day, "11:00"))];
      return (await staff.addTimeOff({ staffId: stylistId, start, end })).timeOff!.id;
    },
  };
}

/** The tokens for a method: the cast's, but new clients for EraseMe, which closes its caller's account. */
export async function tokensFor(method: DescMethod, { tokens, system }: Cast): Promise<Cast["tokens"]> {
  if (callName(method) !== "UsersService/EraseMe") return tokens;
  const [client, otherClient] = await Promise.all([signUp(system), signUp(system)]);
  return { ...tokens, client: client.accessToken, "other client": otherClient.accessToken };
}

async function signInStylist(system: SystemDescription, accountId: string): Promise<string> {
  const { email } = await clientFor(AuthService, system, asService("users", system)).getRegistration({ accountId });
  return signIn(system, { email, password: "una clave larga" });
}

async function paidBooking(system: SystemDescription, client: SignedIn, salon: Salon) {
  const { bookingId } = await book(system, client, salon, at(3, "10:00"));
  await pay(system, client, bookingId);
  const invoices = clientFor(InvoiceService, system, client.accessToken);
  const { invoiceId } = await until(async () => (await invoices.listInvoices({ bookingId })).invoices[0]);
  const notifications = clientFor(NotificationService, system, client.accessToken);
  const { notificationId } = await until(async () => (await notifications.listNotifications({ bookingId })).notifications[0]);
  const { paymentId } = (await payments(system, client).listPayments({ bookingId })).payments[0]!;
  return { bookingId, invoiceId, notificationId, paymentId };
}

// A past visit can't be booked: the row that users would have written is inserted directly.
async function visit(system: SystemDescription, client: SignedIn, staffId: string): Promise<string> {
  const bookingId = crypto.randomUUID();
  await sql(system, "users", "insert into visit (booking_id, client_id, staff_id) values ($1, $2, $3)", [bookingId, client.id, staffId]);
  return bookingId;
}
