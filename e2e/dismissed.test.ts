import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { beforeAll, expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService, Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { adminToken, asService, clientFor, refusal, sharedSystem, signIn, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { refusedEverywhere } from "./ends.ts";
import { at, book, bookings, ensureNumbering, openSalon, pay, type Salon } from "./salon.ts";

const system = sharedSystem();
const availability = clientFor(AvailabilityService, system);
const over = "Unauthenticated session_over";
const start = timestampFromDate(at(9, "10:00"));
let salon: Salon;
let dismissed: { id: string; email: string; password: string };
let staff: ReturnType<typeof staffAs>;

const staffAs = (token: string) => clientFor(StaffService, system, token);

beforeAll(async () => {
  await ensureNumbering(system);
  salon = await openSalon(system, { stylists: 2 });
  staff = staffAs(await adminToken(system));
  const id = salon.staffIds[1]!;
  const { email } = await clientFor(AuthService, system, asService("users", system)).getRegistration({ accountId: id });
  dismissed = { id, email, password: "una clave larga" };
});

const offered = async () => {
  const { slots } = await availability.getAvailability({ serviceId: salon.serviceId, date: at(9, "12:00").toISOString().slice(0, 10) });
  return new Set(slots.map(({ staffId }) => staffId));
};

/** A paid booking of the other stylist, who then can't come. */
async function lostVisit(client: SignedIn) {
  const { bookingId } = await book(system, client, salon, at(9, "10:00"));
  await pay(system, client, bookingId);
  await until(async () => (await bookings(system, client).getBooking({ bookingId })).booking!.status === Booking_Status.CONFIRMED);
  const admin = clientFor(BookingService, system, await adminToken(system));
  await admin.cancelStaffBooking({ staffId: salon.staffIds[0]!, bookingId, reason: "Enferma" });
  const [row] = await until(async () => {
    const rows = await sql<{ loss_id: string }>(system, "booking", "select loss_id from booking where id = $1 and loss_id is not null", [bookingId]); // prettier-ignore
    return rows.length > 0 && rows;
  });
  return { bookingId, lossId: row!.loss_id };
}

test("a dismissed stylist acts no more and is booked no more; active again, she signs in anew and is", async () => {
  const [token, client] = [await signIn(system, dismissed), await signUp(system)];
  expect(await refusal(staffAs(token).getSchedule({ staffId: dismissed.id }))).toBe("not refused");
  await staff.updateStylist({ staffId: dismissed.id, active: false });
  await refusedEverywhere(system, token);
  await until(async () => !(await offered()).has(dismissed.id));

  const [staffId, mine] = [dismissed.id, staffAs(token)];
  const agenda = clientFor(BookingService, system, token);
  const [from, to] = [timestampFromDate(at(9, "08:00")), timestampFromDate(at(9, "20:00"))];
  const acts = [
    mine.getSchedule({ staffId }),
    mine.putSchedule({ staffId, shifts: [] }),
    mine.addTimeOff({ staffId, start: from, end: to }),
    mine.reportAbsence({ staffId, from, until: to, reason: "Enferma" }),
    agenda.listStaffBookings({ staffId, from, to }),
    agenda.cancelStaffBooking({ staffId, bookingId: crypto.randomUUID(), reason: "Enferma" }),
  ];
  expect(await Promise.all(acts.map(refusal))).toEqual(acts.map(() => over));
  expect(await refusal(signIn(system, dismissed))).toBe("PermissionDenied account_disabled");

  const wish = { serviceId: salon.serviceId, staffId, desiredStart: start };
  expect(await refusal(bookings(system, client).createBooking(wish))).toBe("InvalidArgument staff_unknown staffId");
  const lost = await lostVisit(client);
  const asReassignment = clientFor(BookingService, system, asService("reassignment", system));
  const until1 = timestampFromDate(at(8, "10:00"));
  for (const call of [
    asReassignment.holdSubstitute({ ...lost, staffId, until: until1 }),
    asReassignment.reassignBooking({ ...lost, staffId, start }),
  ])
    expect(await refusal(call)).toBe("InvalidArgument staff_unknown staffId");

  await staff.updateStylist({ staffId, active: true });
  await until(async () => (await offered()).has(staffId));
  const again = await until(() => signIn(system, dismissed));
  expect(await refusal(staffAs(again).getSchedule({ staffId }))).toBe("not refused");
  expect(await refusal(staffAs(token).getSchedule({ staffId }))).toBe(over);
  expect(await refusal(bookings(system, client).createBooking({ ...wish, desiredStart: timestampFromDate(at(9, "15:00")) }))).toBe(
    "not refused",
  );
});
