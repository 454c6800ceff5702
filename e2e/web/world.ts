import { timestampDate, timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import { seed } from "@lacio/dev/seed";
import { startSystem, type System, type SystemOptions } from "@lacio/testkit/system";
import { adminToken, clientFor, signUp, trustEdge, until, type SignedIn } from "@lacio/testkit/testing";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { bookings, pay, zone } from "../salon.ts";
import type { BrowserContext } from "./browser.ts";

/** The seeded system of `npm start` with the web, for one test file alone, so that it may inject faults. */
export async function openWorld(options: Partial<SystemOptions> = {}): Promise<System> {
  const limits = { loginsPerMinute: 10_000, accountCallsPerMinute: 10_000, accountFormsPerMinute: 10_000 };
  const system = await startSystem({ fsync: false, web: true, edge: limits, ...options });
  trustEdge(system);
  await seed(system);
  await closeToday(system);
  return system;
}

/** Blocks today: an hour of today may begin while a test runs. */
async function closeToday(system: System): Promise<void> {
  const staff = clientFor(StaffService, system, await adminToken(system));
  const now = Temporal.Now.zonedDateTimeISO(zone);
  const timeOff = { start: timestampNow(), end: timestampFromMs(now.add({ days: 1 }).startOfDay().epochMilliseconds) };
  for (const { id: staffId } of (await staff.listStaff({ pageSize: 200 })).staff) await staff.addTimeOff({ staffId, ...timeOff });
  const { services } = await staff.listServices({ pageSize: 200 });
  const availability = clientFor(AvailabilityService, system);
  const date = now.toPlainDate().toString();
  for (const { id: serviceId } of services)
    await until(async () => (await availability.getAvailability({ serviceId, date })).slots.length === 0);
}

/** Sets the session cookies, as after a login by the page. */
export async function signedIn(context: BrowserContext, system: System, person?: SignedIn): Promise<SignedIn> {
  const client = person ?? (await signUp(system));
  const cookie = { url: system.urls.edge!, httpOnly: true, secure: true, sameSite: "Lax" as const };
  await context.addCookies([
    { ...cookie, name: "__Host-lacio-access", value: client.accessToken },
    { ...cookie, name: "__Host-lacio-refresh", value: client.refreshToken },
  ]);
  return client;
}

/** `skip`: so many free hours later. `substitutes`: at an hour at which somebody else is free, too. */
type Choice = { service?: string; skip?: number; substitutes?: boolean };

/** A booking of a seeded service at one of its next free hours, held and not paid. */
export async function heldBooking(system: System, client: SignedIn, choice: Choice = {}): Promise<string> {
  const { service = "Alisado corto", skip = 0, substitutes = false } = choice;
  const { services } = await clientFor(StaffService, system).listServices({ pageSize: 200 });
  const serviceId = services.find(({ name }) => name === service)!.id;
  const tomorrow = Temporal.Now.plainDateISO(zone).add({ days: 2 });
  const range = { date: tomorrow.toString(), toDate: tomorrow.add({ days: 9 }).toString() };
  const { slots } = await clientFor(AvailabilityService, system).getAvailability({ serviceId, ...range });
  const free = Map.groupBy(slots, ({ start }) => start!.seconds);
  const slot = slots.filter(({ start }) => !substitutes || free.get(start!.seconds)!.length > 1).at(skip)!;
  const wish = { serviceId, staffId: slot.staffId, desiredStart: slot.start };
  return (await bookings(system, client).createBooking(wish)).bookingId;
}

export async function paidBooking(system: System, client: SignedIn, choice: Choice = {}): Promise<string> {
  const bookingId = await heldBooking(system, client, choice);
  await pay(system, client, bookingId);
  await until(async () => (await statusOf(system, client, bookingId)) === Booking_Status.CONFIRMED);
  return bookingId;
}

export const statusOf = async (system: System, client: SignedIn, bookingId: string) =>
  (await bookings(system, client).getBooking({ bookingId })).booking!.status;

export const startOf = async (system: System, client: SignedIn, bookingId: string) =>
  timestampDate((await bookings(system, client).getBooking({ bookingId })).booking!.start!);
