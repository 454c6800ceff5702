import type { DescMethod } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { SystemDescription } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, refusal, signIn, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { BookingService, Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { ReassignmentService, Reassignment_State } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { hireStylist, refusedEverywhere } from "../ends.ts";
import { at, book, bookings, ensureNumbering, openSalon, pay, payments, type Salon } from "../salon.ts";
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
  /** Access tokens of sessions that have ended, by what ended them. */
  ended: Record<"revoked" | "erased" | "dismissed" | "disabled", string>;
  /** An account that nobody uses. */
  spareId: string;
  skillId: string;
  bookingId: string;
  /** The client's past booking. */
  visitedId: string;
  /** The client's booking that lost its stylist, and its reassignment, in which an offer is open. */
  lostBookingId: string;
  reassignmentId: string;
  paymentId: string;
  invoiceId: string;
  notificationId: string;
  /** Another session of the client's than the one that `tokens` has. */
  sessionId: string;
  /** An account whose new e-mail address waits for its confirmation. */
  pendingId: string;
  /** Adds another time off of the stylist. */
  timeOff(): Promise<string>;
  /** Reports another absence of the stylist. */
  absence(): Promise<string>;
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
  const newEmail = { email: `${crypto.randomUUID()}@example.com`, password: otherClient.password };
  await clientFor(AuthService, system, otherClient.accessToken).changeEmail(newEmail);
  const paid = await paidBooking(system, client, salon);
  const stylistToken = await signInStylist(system, stylistId);
  let lastDayOff = 40;
  const anotherDay = () => {
    const day = lastDayOff++;
    return [timestampFromDate(at(day, "10:00")), timestampFromDate(at(day, "11:00"))] as const;
  };
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
      stylist: stylistToken,
      "other stylist": await signInStylist(system, otherStylistId),
      admin,
    },
    ended: await endedSessions(system, admin, skillId!),
    spareId: (await signUp(system)).id,
    skillId: skillId!,
    ...paid,
    ...(await lostBooking(system, client, salon, stylistToken)),
    visitedId: await visit(system, client, stylistId),
    sessionId: await anotherSession(system, client),
    pendingId: otherClient.id,
    timeOff: async () => {
      const [start, end] = anotherDay();
      return (await staff.addTimeOff({ staffId: stylistId, start, end })).timeOff!.id;
    },
    absence: async () => {
      const [from, until] = anotherDay();
      return (await staff.reportAbsence({ staffId: stylistId, from, until, reason: "Enferma" })).absence!.id;
    },
  };
}

const changesItsCaller = ["UsersService/EraseMe", "AuthService/ChangePassword", "AuthService/ChangeEmail"];

/** The tokens for a method: the cast's, but those of new people for what changes its caller's account. All have the same password. */
export async function tokensFor(method: DescMethod, { tokens, system }: Cast): Promise<Cast["tokens"]> {
  if (!changesItsCaller.includes(callName(method))) return tokens;
  const { CLIENT, STYLIST, ADMIN } = Caller_Role;
  const roles = { client: CLIENT, "other client": CLIENT, stylist: STYLIST, "other stylist": STYLIST, admin: ADMIN };
  const opened = Object.entries(roles).map(async ([name, role]) => [name, await newPerson(system, role)] as const);
  return { ...tokens, ...Object.fromEntries(await Promise.all(opened)) };
}

async function newPerson(system: SystemDescription, role: Caller_Role): Promise<string> {
  const person = { email: `${crypto.randomUUID()}@example.com`, password: "una clave larga" };
  await clientFor(AuthService, system, asService("staff", system)).createAccount({ ...person, name: "Ana", role });
  return signIn(system, person);
}

async function anotherSession(system: SystemDescription, { email, password, accessToken }: SignedIn): Promise<string> {
  await signIn(system, { email, password });
  const { sessions } = await clientFor(AuthService, system, accessToken).listSessions({});
  return sessions.find(({ current }) => !current)!.sessionId;
}

async function endedSessions(system: SystemDescription, adminToken: string, skillId: string): Promise<Cast["ended"]> {
  const [revoked, erased, disabled] = await Promise.all([1, 2, 3].map(() => signUp(system)));
  const { dismiss, accessToken: dismissed } = await hireStylist(system, [skillId]);
  await clientFor(AuthService, system).logout({ refreshToken: revoked!.refreshToken });
  await until(
    async () =>
      (await refusal(clientFor(UsersService, system, erased!.accessToken).eraseMe({ password: erased!.password }))) === "not refused",
  );
  await clientFor(AuthService, system, adminToken).disableAccount({ accountId: disabled!.id });
  await dismiss();
  const ended = { revoked: revoked!.accessToken, erased: erased!.accessToken, dismissed, disabled: disabled!.accessToken };
  for (const token of Object.values(ended)) await refusedEverywhere(system, token);
  return ended;
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

// Paid, then cancelled by its stylist, with the other one offered.
async function lostBooking(system: SystemDescription, client: SignedIn, salon: Salon, stylistToken: string) {
  const [staffId = ""] = salon.staffIds;
  const { bookingId: lostBookingId } = await book(system, client, salon, at(6, "10:00"));
  await pay(system, client, lostBookingId);
  await until(async () => {
    const { booking } = await bookings(system, client).getBooking({ bookingId: lostBookingId });
    return booking!.status === Booking_Status.CONFIRMED;
  });
  const asStylist = clientFor(BookingService, system, stylistToken);
  await asStylist.cancelStaffBooking({ staffId, bookingId: lostBookingId, reason: "Enferma" });
  const reassignments = clientFor(ReassignmentService, system, stylistToken);
  const { reassignmentId } = await until(async () => {
    const [lost] = (await reassignments.listReassignments({ staffId, state: Reassignment_State.OFFERED })).reassignments;
    return lost;
  });
  return { lostBookingId, reassignmentId };
}

// A past visit can't be booked: the row that users would have written is inserted directly.
async function visit(system: SystemDescription, client: SignedIn, staffId: string): Promise<string> {
  const bookingId = crypto.randomUUID();
  await sql(system, "users", "insert into visit (booking_id, client_id, staff_id) values ($1, $2, $3)", [bookingId, client.id, staffId]);
  return bookingId;
}
