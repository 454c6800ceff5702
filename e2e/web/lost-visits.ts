import type { SystemDescription } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, until, type SignedIn } from "@lacio/testkit/testing";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { Reassignment_State as State, ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { bookings, zone } from "../salon.ts";

/** A paid visit whose stylist can't come, and the token of the link that its client gets by mail. */
export type LostVisit = { bookingId: string; token: string };

export const reason = "Amanecí con fiebre";

/** Its stylist cancels it, and the client is asked: with a substitute, or without one because `nobodyElse` is free then. */
export async function loseStylist(system: SystemDescription, client: SignedIn, bookingId: string, nobodyElse = false): Promise<LostVisit> {
  const booking = (await bookings(system, client).getBooking({ bookingId })).booking!;
  if (nobodyElse) await closeFor(system, booking);
  const desk = clientFor(BookingService, system, await adminToken(system));
  await desk.cancelStaffBooking({ staffId: booking.staffId, bookingId, reason });
  const asked = clientFor(ReassignmentService, system, client.accessToken);
  const reassignmentId = await until(async () => {
    const { reassignment } = await asked.getAlternatives({ bookingId });
    return reassignment?.state === (nobodyElse ? State.CHOOSING : State.OFFERED) && reassignment.reassignmentId;
  });
  const { token } = await clientFor(ReassignmentService, system, asService("notification", system)).issueAnswerLink({ reassignmentId });
  return { bookingId, token };
}

/** All others who could do it are off while a visit lasts. */
async function closeFor(system: SystemDescription, { lines, staffId, start, end }: Booking): Promise<void> {
  const { serviceId } = lines[0]!;
  const staff = clientFor(StaffService, system, await adminToken(system));
  const [{ services }, { staff: all }] = await Promise.all([staff.listServices({ pageSize: 200 }), staff.listStaff({ pageSize: 200 })]);
  const { skillIds } = services.find(({ id }) => id === serviceId)!;
  const others = all.filter((one) => one.id !== staffId && skillIds.every((skill) => one.skillIds.includes(skill)));
  for (const { id } of others) await staff.addTimeOff({ staffId: id, start, end });
  const availability = clientFor(AvailabilityService, system);
  const date = timestampDate(start!).toTemporalInstant().toZonedDateTimeISO(zone).toPlainDate().toString();
  await until(async () => {
    const { slots } = await availability.getAvailability({ serviceId, date });
    return slots.every((slot) => slot.start!.seconds !== start!.seconds);
  });
}

/** Waits until a settled visit has its state. */
export async function settles(system: SystemDescription, client: SignedIn, bookingId: string, state: State): Promise<void> {
  const asked = clientFor(ReassignmentService, system, client.accessToken);
  await until(async () => (await asked.getAlternatives({ bookingId })).reassignment?.state === state);
}
