import type { DescMethod } from "@bufbuild/protobuf";
import { methods } from "@lacio/proto/registry";

/**
 * The outcome of every RPC for every kind of caller. The resources in a request (a booking, its payment, its invoice, …) belong to `client`;
 * the hours, the time off and the absences to `stylist`, who also serves that booking and could not keep the lost one.
 *
 *   ok   authorised: an answer, or a refusal of the domain
 *   401  not authenticated
 *   403  the role may not call this method
 *   404  the resource is not visible to this caller
 *
 * The last column names the services that are authorised ("any": all of them; "-": none); all others get 403.
 * Whose session has ended (cast.ended) is nobody in every row. What changes or closes its caller's account is called by new people each time
 * (tokensFor). Brackets mark another request of the same method.
 */
const table = `
                                                nobody  client  other client  stylist  other stylist  admin  services

AuthService/Register                            ok      ok      ok            ok       ok             ok     any
AuthService/Login                               ok      ok      ok            ok       ok             ok     any
AuthService/Refresh                             ok      ok      ok            ok       ok             ok     any
AuthService/Logout                              ok      ok      ok            ok       ok             ok     any
AuthService/VerifyEmail                         ok      ok      ok            ok       ok             ok     any
AuthService/RequestPasswordReset                ok      ok      ok            ok       ok             ok     any
AuthService/ResetPassword                       ok      ok      ok            ok       ok             ok     any
AuthService/ConfirmEmailChange                  ok      ok      ok            ok       ok             ok     any
AuthService/ChangePassword                      401     ok      ok            ok       ok             ok     -
AuthService/ChangeEmail                         401     ok      ok            ok       ok             ok     -
AuthService/CheckPassword                       401     403     403           403      403            403    users
AuthService/ListSessions                        401     ok      ok            ok       ok             ok     -
AuthService/RevokeSession                       401     ok      404           404      404            404    -
AuthService/CreateAccount                       401     403     403           403      403            ok     staff
AuthService/DisableAccount                      401     403     403           403      403            ok     -
AuthService/EnableAccount                       401     403     403           403      403            ok     -
AuthService/EndSessions                         401     403     403           403      403            ok     -
AuthService/ListEndedSessions                   401     403     403           403      403            403    any
AuthService/GetRegistration                     401     403     403           403      403            403    users staff booking
AuthService/GetEmailChange                      401     404     ok            404      404            ok     notification
AuthService/IssueLinkToken                      401     403     403           403      403            403    notification

UsersService/GetMe                              401     ok      ok            ok       ok             ok     -
UsersService/UpdateMe                           401     ok      ok            ok       ok             ok     -
UsersService/GetContact                         401     403     403           403      403            403    notification invoice
UsersService/GetPreferences                     401     403     403           403      403            403    reassignment
UsersService/RateVisit                          401     ok      404           403      403            403    -
UsersService/ListMyRatings                      401     ok      ok            403      403            403    -
UsersService/EraseMe                            401     ok      ok            403      403            403    -

StaffService/ListServices                       ok      ok      ok            ok       ok             ok     any
StaffService/CreateService                      401     403     403           403      403            ok     -
StaffService/UpdateService                      401     403     403           403      403            ok     -
StaffService/ListSkills                         ok      ok      ok            ok       ok             ok     any
StaffService/CreateSkill                        401     403     403           403      403            ok     -
StaffService/UpdateSkill                        401     403     403           403      403            ok     -
StaffService/ListStaff                          ok      ok      ok            ok       ok             ok     any
StaffService/GetStylist                         ok      ok      ok            ok       ok             ok     any
StaffService/CreateStylist                      401     403     403           403      403            ok     -
StaffService/UpdateStylist                      401     403     403           403      403            ok     -
StaffService/GetSchedule                        401     403     403           ok       404            ok     -
StaffService/PutSchedule                        401     403     403           ok       404            ok     -
StaffService/AddTimeOff                         401     403     403           ok       404            ok     -
StaffService/ListTimeOff                        401     403     403           ok       404            ok     -
StaffService/RemoveTimeOff                      401     403     403           ok       404            ok     -
StaffService/RemoveTimeOff (another's id)       401     403     403           404      404            404    -
StaffService/ReportAbsence                      401     403     403           ok       404            ok     -
StaffService/ListAbsences                       401     403     403           ok       404            ok     -
StaffService/WithdrawAbsence                    401     403     403           ok       404            ok     -
StaffService/WithdrawAbsence (another's id)     401     403     403           404      404            404    -
StaffService/GetSettings                        ok      ok      ok            ok       ok             ok     any
StaffService/UpdateSettings                     401     403     403           403      403            ok     -

AvailabilityService/GetAvailability             ok      ok      ok            ok       ok             ok     any
AvailabilityService/FindCandidates              401     403     403           403      403            403    booking reassignment
AvailabilityService/FindMoves                   401     403     403           403      403            403    booking reassignment
AvailabilityService/FindAlternatives            401     403     403           403      403            403    booking notification reassignment

BookingService/CreateBooking                    401     ok      ok            403      403            ok     -
BookingService/CreateBooking (for the client)   401     ok      403           403      403            ok     -
BookingService/GetBooking                       401     ok      404           ok       404            ok     payments invoice notification reassignment
BookingService/ListBookings                     401     ok      ok            403      403            ok     users
BookingService/ListBookings (of the client)     401     ok      403           403      403            ok     users
BookingService/CancelBooking                    401     ok      404           403      403            ok     -
BookingService/GetBookingSlots                  401     ok      404           403      403            ok     -
BookingService/RescheduleBooking                401     ok      404           403      403            ok     -
BookingService/CompleteBooking                  401     403     403           ok       404            ok     -
BookingService/MarkNoShow                       401     403     403           ok       404            ok     -
BookingService/ListStaffBookings                401     403     403           ok       404            ok     reassignment
BookingService/CancelStaffBooking               401     403     403           ok       404            ok     -
BookingService/CancelStaffBooking (another's)   401     403     403           404      404            404    -
BookingService/HoldSubstitute                   401     403     403           403      403            403    reassignment
BookingService/ReassignBooking                  401     403     403           403      403            403    reassignment
BookingService/RefundLostBooking                401     403     403           403      403            403    reassignment

PaymentsService/StartPayment                    401     ok      404           403      403            ok     -
PaymentsService/GetPayment                      401     ok      404           403      403            ok     -
PaymentsService/ListPayments                    401     ok      404           403      403            ok     -
PaymentsService/RefundPayment                   401     403     403           403      403            ok     -
PaymentsService/Reconcile                       401     403     403           403      403            ok     -

InvoiceService/GetInvoice                       401     ok      404           403      403            ok     notification
InvoiceService/ListInvoices                     401     ok      ok            403      403            ok     -
InvoiceService/ListInvoices (of the client)     401     ok      403           403      403            ok     -
InvoiceService/GetInvoicePdf                    401     ok      404           403      403            ok     notification
InvoiceService/GenerateInvoice                  401     403     403           403      403            ok     -
InvoiceService/CreateNumberingRange             401     403     403           403      403            ok     -
InvoiceService/ListNumberingRanges              401     403     403           403      403            ok     -

NotificationService/ListNotifications           401     ok      ok            ok       ok             ok     -
NotificationService/MarkNotificationRead        401     ok      404           404      404            404    -

ReassignmentService/GetAlternatives             401     ok      404           403      403            ok     -
ReassignmentService/AnswerReassignment          401     ok      404           403      403            ok     -
ReassignmentService/ListReassignments           401     403     403           ok       404            ok     -
ReassignmentService/ListReassignments (of all)  401     403     403           404      404            ok     -
ReassignmentService/ListMyReassignments         401     ok      ok            403      403            403    -
ReassignmentService/GetAlternativesByLink       ok      ok      ok            ok       ok             ok     any
ReassignmentService/GetSlotsByLink              ok      ok      ok            ok       ok             ok     any
ReassignmentService/AnswerByLink                ok      ok      ok            ok       ok             ok     any
ReassignmentService/IssueAnswerLink             401     403     403           403      403            403    notification
ReassignmentService/PreviewAbsence              401     403     403           403      403            403    staff
`;

export const people = ["nobody", "client", "other client", "stylist", "other stylist", "admin"] as const;
export type PersonName = (typeof people)[number];
export type Outcome = "ok" | "401" | "403" | "404";
export type Row = { call: string; outcomes: Record<PersonName, Outcome>; services: string[] | "any" };

export const rows: Row[] = table
  .split("\n")
  .filter((line) => line.includes("/"))
  .map((line) => {
    const [call = "", ...cells] = line.trim().split(/\s{2,}/);
    const services = cells[people.length]!;
    return {
      call,
      outcomes: Object.fromEntries(people.map((name, i) => [name, cells[i]])) as Row["outcomes"],
      services: services === "any" ? "any" : services === "-" ? [] : services.split(" "),
    };
  });

/** The method that a row calls. */
export function methodOf(call: string) {
  const name = call.split(" ")[0];
  const method = methods.find((candidate) => callName(candidate) === name);
  if (!method) throw new Error(`There is no method ${name}.`);
  return method;
}

export const callName = (method: DescMethod) => `${method.parent.name}/${method.name}`;
