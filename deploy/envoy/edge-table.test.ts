import { expect, test } from "@jest/globals";
import { getOption, type DescMethod } from "@bufbuild/protobuf";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { access } from "@lacio/proto/options/v1/options";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { edgeTable } from "./edge-table.ts";

const table = edgeTable();
const services = {
  auth: AuthService,
  availability: AvailabilityService,
  booking: BookingService,
  invoice: InvoiceService,
  notification: NotificationService,
  payments: PaymentsService,
  reassignment: ReassignmentService,
  staff: StaffService,
  users: UsersService,
};
const methods: DescMethod[] = Object.values(services).flatMap((service) => service.methods);
const named = (chosen: DescMethod[]) => chosen.map(({ parent, name }) => `${parent.typeName}/${name}`).sort();

test("every service of the contracts has its cluster", () => {
  for (const [cluster, { typeName }] of Object.entries(services)) {
    expect(table.services).toContainEqual({ service: typeName, cluster });
  }
});

test("the open methods are those with access.anyone, no more and no fewer", () => {
  expect(table.anyone.filter(isKnown).sort()).toEqual(named(methods.filter((method) => getOption(method, access).anyone)));
});

test("what only services may call is hidden", () => {
  expect(table.internal).toEqual(
    expect.arrayContaining([
      "lacio.auth.v1.AuthService/GetRegistration",
      "lacio.auth.v1.AuthService/IssueLinkToken",
      "lacio.availability.v1.AvailabilityService/FindCandidates",
      "lacio.availability.v1.AvailabilityService/FindAlternatives",
      "lacio.booking.v1.BookingService/ReassignBooking",
      "lacio.reassignment.v1.ReassignmentService/IssueAnswerLink",
      "lacio.users.v1.UsersService/GetContact",
    ]),
  );
  expect(table.internal).not.toContain("lacio.booking.v1.BookingService/GetBooking"); // open to people as well
  expect(table.internal.filter((method) => table.anyone.includes(method))).toEqual([]);
});

test("streams are told from unary calls", () => {
  expect(table.streams.filter(isKnown).sort()).toEqual(named(methods.filter(({ methodKind }) => methodKind !== "unary")));
});

test("no call streams from its caller: the edge waits 15 s for a request to be whole", () => {
  expect(methods.filter(({ methodKind }) => methodKind === "client_streaming" || methodKind === "bidi_streaming")).toEqual([]);
});

function isKnown(method: string): boolean {
  return Object.values(services).some(({ typeName }) => method.startsWith(`${typeName}/`));
}
