import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";

/** What a client had last, to have it again. Nobody's home page fails for it: without an answer there is no card. */
export async function lastVisit({
  api,
  session,
}: App.Locals): Promise<{ service: string; serviceId: string; staffId: string } | undefined> {
  if (session?.role !== "CLIENT") return undefined;
  try {
    const statuses = [Status.CONFIRMED, Status.COMPLETED];
    const { bookings } = await api.booking.listBookings({ pageSize: 1, statuses });
    const line = bookings[0]?.lines[0];
    return line && { service: line.serviceName, serviceId: line.serviceId, staffId: line.staffId };
  } catch {
    return undefined;
  }
}
