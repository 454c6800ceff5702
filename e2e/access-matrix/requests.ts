import type { DescMethodUnary, DescService, MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { signUp } from "@lacio/testkit/testing";
import { IssueLinkTokenRequest_Purpose, type AuthService } from "@lacio/proto/auth/v1/auth_service";
import type { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import type { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { NumberingRange_Kind, type InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import type { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import type { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import type { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { Profile_WhenStylistCancels, type UsersService } from "@lacio/proto/users/v1/users_service";
import { usualSettings } from "@lacio/salon/settings";
import { at } from "../salon.ts";
import type { Cast } from "./cast.ts";

type Requests<S extends DescService> = {
  [M in keyof S["method"]]: S["method"][M] extends DescMethodUnary<infer I>
    ? (cast: Cast) => MessageInitShape<I> | Promise<MessageInitShape<I>>
    : never;
};

const time = (daysAhead: number, clock: string) => timestampFromDate(at(daysAhead, clock));
const email = () => `${crypto.randomUUID()}@example.com`;
const name = () => `Prueba ${crypto.randomUUID().slice(0, 30)}`;
const password = "una clave larga";
const price = { currencyCode: "COP", minorUnits: 9_000_000n };
const phases = [{ name: "Alisado", minutes: 60, busy: true }];

/** One valid request per method, with the cast's resources. Does not compile while a method is missing. */
const auth: Requests<typeof AuthService> = {
  register: () => ({ email: email(), password, name: "Ana", phone: "3001234567", locale: "es" }),
  login: ({ client }) => ({ email: client.email, password: client.password }),
  refresh: async ({ system }) => ({ refreshToken: (await signUp(system)).refreshToken }),
  logout: () => ({ refreshToken: "unknown" }),
  listSessions: () => ({ pageSize: 10 }),
  revokeSession: ({ sessionId }) => ({ sessionId }),
  verifyEmail: () => ({ token: "unknown" }),
  requestPasswordReset: ({ client }) => ({ email: client.email }),
  resetPassword: () => ({ token: "unknown", password }),
  changePassword: () => ({ currentPassword: password, newPassword: password }),
  changeEmail: () => ({ password, email: email() }),
  confirmEmailChange: () => ({ token: "unknown" }),
  checkPassword: ({ client }) => ({ accountId: client.id, password: client.password }),
  createAccount: () => ({ email: email(), password, name: "Ana", phone: "", locale: "es", role: Caller_Role.CLIENT }),
  disableAccount: ({ spareId }) => ({ accountId: spareId }),
  enableAccount: ({ spareId }) => ({ accountId: spareId }),
  endSessions: ({ spareId }) => ({ accountId: spareId }),
  listEndedSessions: () => ({ pageSize: 1 }),
  getRegistration: ({ client }) => ({ accountId: client.id }),
  getEmailChange: ({ pendingId }) => ({ accountId: pendingId }),
  issueLinkToken: ({ client }) => ({ accountId: client.id, purpose: IssueLinkTokenRequest_Purpose.VERIFY_EMAIL }),
};

const users: Requests<typeof UsersService> = {
  getMe: () => ({}),
  updateMe: () => ({
    name: "Ana María",
    phone: "3001234567",
    locale: "es",
    document: { type: 1, number: "1020304050" },
    marketingMail: true,
    whenStylistCancels: Profile_WhenStylistCancels.SUBSTITUTE,
  }),
  getContact: ({ client }) => ({ accountId: client.id }),
  getPreferences: ({ client }) => ({ accountId: client.id }),
  rateVisit: ({ visitedId }) => ({ bookingId: visitedId, stars: 5, comment: "Muy bien" }),
  listMyRatings: () => ({ pageSize: 10 }),
  eraseMe: () => ({ password }),
};

const staff: Requests<typeof StaffService> = {
  listServices: () => ({ pageSize: 1, includeInactive: true }),
  createService: ({ skillId }) => ({ name: name(), description: "Con ñ", price, ivaPercent: 19, phases, skillIds: [skillId] }),
  updateService: ({ salon, skillId }) => ({ serviceId: salon.serviceId, phases, bufferMinutes: 0, skillIds: { ids: [skillId] } }),
  listSkills: () => ({ pageSize: 1 }),
  createSkill: () => ({ name: name() }),
  updateSkill: ({ skillId }) => ({ skillId, name: name() }),
  listStaff: ({ skillId }) => ({ pageSize: 1, skillId, includeInactive: true }),
  getStylist: ({ stylistId }) => ({ staffId: stylistId }),
  createStylist: ({ skillId }) => ({ email: email(), name: name(), password, skillIds: [skillId] }),
  updateStylist: ({ stylistId, skillId }) => ({ staffId: stylistId, bio: "Alisa", skillIds: { ids: [skillId] } }),
  getSchedule: ({ stylistId }) => ({ staffId: stylistId }),
  putSchedule: ({ stylistId }) => ({ staffId: stylistId, shifts: [{ weekday: 1, start: "08:00", end: "20:00", everyWeeks: 1 }] }),
  addTimeOff: ({ stylistId }) => ({ staffId: stylistId, start: time(30, "09:00"), end: time(30, "10:00"), reason: "Médico" }),
  listTimeOff: ({ stylistId }) => ({ staffId: stylistId, pageSize: 10 }),
  removeTimeOff: async (cast) => ({ staffId: cast.stylistId, timeOffId: await cast.timeOff() }),
  // A dry run, on a day without visits: other rows need the stylist's.
  reportAbsence: ({ stylistId }) => ({
    staffId: stylistId,
    from: time(35, "09:00"),
    until: time(35, "10:00"),
    reason: "Enferma",
    dryRun: true,
  }),
  listAbsences: ({ stylistId }) => ({ staffId: stylistId, pageSize: 10 }),
  withdrawAbsence: async (cast) => ({ staffId: cast.stylistId, absenceId: await cast.absence() }),
  getSettings: () => ({}),
  // A revision that never exists, so that nothing changes: other tests share these settings.
  updateSettings: () => ({ settings: { ...usualSettings }, expectedRevision: 1_000_000_000_000n }),
};

const availability: Requests<typeof AvailabilityService> = {
  getAvailability: ({ salon, skillId, stylistId }) => ({
    serviceId: salon.serviceId,
    date: day(),
    skillId,
    staffId: stylistId,
    firstFree: true,
  }),
  findCandidates: ({ salon, stylistId }) => ({ serviceId: salon.serviceId, start: time(2, "10:00"), staffId: stylistId }),
  findMoves: ({ salon, bookingId, stylistId }) => ({
    bookingId,
    booked: { start: time(3, "10:00"), staffId: stylistId },
    firstFree: true,
    desk: true,
    serviceId: salon.serviceId,
    soldAs: { phases: [{ name: "Fase 1", minutes: 60, busy: true }] },
    date: day(),
  }),
  findAlternatives: ({ salon }) => ({ serviceId: salon.serviceId, start: time(2, "10:00"), limit: 3 }),
};
const day = () => at(2, "12:00").toISOString().slice(0, 10);

const booking: Requests<typeof BookingService> = {
  createBooking: ({ salon }) => ({ serviceId: salon.serviceId, desiredStart: time(5, "10:00") }),
  getBooking: ({ bookingId }) => ({ bookingId }),
  listBookings: () => ({ pageSize: 10, statuses: [1, 2] }),
  getBookingSlots: ({ bookingId }) => ({ bookingId, date: day(), firstFree: true }),
  cancelBooking: ({ bookingId }) => ({ bookingId, reason: "No puedo" }),
  rescheduleBooking: ({ bookingId }) => ({ bookingId, desiredStart: time(4, "10:00") }),
  completeBooking: ({ bookingId }) => ({ bookingId }),
  markNoShow: ({ bookingId }) => ({ bookingId }),
  listStaffBookings: ({ stylistId }) => ({ staffId: stylistId, from: time(1, "00:00"), to: time(8, "00:00"), pageSize: 10 }),
  cancelStaffBooking: ({ stylistId, bookingId }) => ({ staffId: stylistId, bookingId, reason: "Enferma" }),
  // A loss that never was, so that nothing changes.
  holdSubstitute: ({ bookingId, otherStylistId }) => ({ bookingId, lossId: noSuchId, staffId: otherStylistId, until: time(1, "20:00") }),
  reassignBooking: ({ bookingId, otherStylistId }) => ({
    bookingId,
    lossId: noSuchId,
    start: time(3, "10:00"),
    staffId: otherStylistId,
    price,
  }),
  refundLostBooking: ({ bookingId }) => ({ bookingId, lossId: noSuchId, declined: true }),
};
const noSuchId = "01990000-0000-7000-8000-000000000000";

const payments: Requests<typeof PaymentsService> = {
  startPayment: ({ bookingId }) => ({ bookingId }),
  getPayment: ({ paymentId }) => ({ paymentId }),
  listPayments: ({ bookingId }) => ({ bookingId, pageSize: 10 }),
  refundPayment: ({ paymentId }) => ({ paymentId, amount: { currencyCode: "COP", minorUnits: 100n }, reason: "Cortesía" }),
  reconcile: () => ({}),
};

const invoice: Requests<typeof InvoiceService> = {
  getInvoice: ({ invoiceId }) => ({ invoiceId }),
  listInvoices: ({ bookingId }) => ({ pageSize: 10, bookingId }),
  getInvoicePdf: ({ invoiceId }) => ({ invoiceId }),
  generateInvoice: ({ bookingId }) => ({ bookingId }),
  createNumberingRange: () => ({
    kind: NumberingRange_Kind.CREDIT_NOTE,
    prefix: crypto.randomUUID().slice(0, 4).toUpperCase(),
    fromNumber: 1n,
    toNumber: 9n,
    validFrom: "2026-01-01",
    validUntil: "2035-12-31",
  }),
  listNumberingRanges: () => ({ pageSize: 10 }),
};

const notification: Requests<typeof NotificationService> = {
  listNotifications: ({ bookingId }) => ({ pageSize: 10, bookingId }),
  markNotificationRead: ({ notificationId }) => ({ notificationId }),
};

// Who holds no link is told so, whoever it is. The offer never was: the reassignment stays open.
const reassignment: Requests<typeof ReassignmentService> = {
  getAlternatives: ({ lostBookingId }) => ({ bookingId: lostBookingId }),
  answerReassignment: ({ lostBookingId }) => ({ bookingId: lostBookingId, answer: { case: "accept", value: noSuchId } }),
  listReassignments: ({ stylistId }) => ({ staffId: stylistId, pageSize: 10 }),
  listMyReassignments: () => ({ pageSize: 10 }),
  getAlternativesByLink: () => ({ token: "unknown" }),
  getSlotsByLink: ({ otherStylistId }) => ({ token: "unknown", date: day(), toDate: day(), staffId: otherStylistId, firstFree: true }),
  answerByLink: ({ otherStylistId }) => ({
    token: "unknown",
    answer: { case: "choose", value: { start: time(4, "10:00"), staffId: otherStylistId } },
  }),
  issueAnswerLink: ({ reassignmentId }) => ({ reassignmentId }),
  previewAbsence: ({ stylistId }) => ({ staffId: stylistId, from: time(35, "09:00"), until: time(35, "10:00") }),
};

/** By service and method, as in `requests.auth.login`. `variants`: the other requests, which the table has in brackets. */
export const requests = { auth, users, staff, availability, booking, payments, invoice, notification, reassignment };

export const variants: Record<string, (cast: Cast) => Record<string, unknown> | Promise<Record<string, unknown>>> = {
  "StaffService/RemoveTimeOff (another's id)": async (cast) => ({ staffId: cast.otherStylistId, timeOffId: await cast.timeOff() }),
  "StaffService/WithdrawAbsence (another's id)": async (cast) => ({ staffId: cast.otherStylistId, absenceId: await cast.absence() }),
  "BookingService/CreateBooking (for the client)": async (cast) => ({ ...(await booking.createBooking(cast)), clientId: cast.client.id }),
  "BookingService/ListBookings (of the client)": ({ client }) => ({ clientId: client.id }),
  "BookingService/CancelStaffBooking (another's)": ({ otherStylistId, bookingId }) => ({
    staffId: otherStylistId,
    bookingId,
    reason: "Enferma",
  }),
  "InvoiceService/ListInvoices (of the client)": ({ client }) => ({ clientId: client.id }),
  "ReassignmentService/ListReassignments (of all)": () => ({ pageSize: 10 }),
};
