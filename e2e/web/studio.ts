import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { SystemDescription } from "@lacio/testkit/system";
import { adminToken, clientFor, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import type { Booking } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { bookingCode } from "@lacio/salon/booking-code";
import { at, bookings, ensureNumbering, pay, payments } from "../salon.ts";

// A small salon in which all values are distinct, and a client with a visit in each state, so that swapped values are found.

type Named = { id: string; name: string };
export type Sold = Named & { slug: string; pesos: number; duration: string };
export type Studio = { people: [Named, Named]; alisado: Sold; corte: Sold; lookedAt: string; slots: { start: Date; end: Date }[] };

/** Two people who can do both services, every day from 8 to 20, and the free hours of one of them on a day in three weeks. */
export async function openStudio(system: SystemDescription): Promise<Studio> {
  await ensureNumbering(system);
  const staff = clientFor(StaffService, system, await adminToken(system));
  const unique = crypto.randomUUID().slice(0, 8);
  const { skill } = await staff.createSkill({ name: `Estudio ${unique}` });
  const sell = async (word: string, minutes: number, price: number, duration: string): Promise<Sold> => {
    const name = `${word} ${unique}`;
    const phases = [{ name: word, minutes, busy: true }];
    const wish = { name, price: { currencyCode: "COP", minorUnits: BigInt(price) * 100n }, phases, skillIds: [skill!.id] };
    return { id: (await staff.createService(wish)).service!.id, name, slug: name.toLowerCase().replace(" ", "-"), pesos: price, duration };
  };
  const hire = async (name: string): Promise<Named> => {
    const email = `${crypto.randomUUID()}@lacio.test`;
    const { stylist } = await staff.createStylist({ name, email, password: "una clave larga", skillIds: [skill!.id] });
    const shifts = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: "08:00", end: "20:00" }));
    await staff.putSchedule({ staffId: stylist!.id, shifts });
    return { id: stylist!.id, name };
  };
  const [alisado, corte] = [await sell("Alisado", 90, 180_000, "1 h 30 min"), await sell("Corte", 45, 65_000, "45 min")];
  const people: [Named, Named] = [await hire("Ángela Ruiz"), await hire("Beatriz Soto")];
  const lookedAt = Temporal.Now.plainDateISO("America/Bogota").add({ days: 20 }).toString();
  const slots = await until(async () => {
    const found = await clientFor(AvailabilityService, system).getAvailability({ serviceId: corte.id, date: lookedAt });
    const both = Map.groupBy(found.slots, ({ start }) => timestampDate(start!).getTime());
    return new Set(found.slots.map(({ staffId }) => staffId)).size === 2 && [...both.values()].map(([one]) => one!);
  });
  const times = slots.map(({ start, end }) => ({ start: timestampDate(start!), end: timestampDate(end!) }));
  // The page offers one start in each half hour.
  return { people, alisado, corte, lookedAt, slots: times.filter(({ start }) => start.getUTCMinutes() % 30 === 0) };
}

export type Visit = { id: string; booking: Booking; service: Sold; stylist: Named; start: Date; end: Date; code: string };
export type Visits = { client: SignedIn } & Record<"held" | "kept" | "cancelled" | "released", Visit>;

/** Visits that are held, paid, cancelled with refund, and released unpaid. Two of them are on another day in UTC. */
export async function clientWithVisits(system: SystemDescription, { people: [angela, beatriz], alisado, corte }: Studio): Promise<Visits> {
  const client = await signUp(system);
  await clientFor(AuthService, system).login(client, { headers: { "user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0" } });
  const mine = bookings(system, client);
  const book = async (service: Sold, stylist: Named, start: Date) =>
    (await mine.createBooking({ serviceId: service.id, staffId: stylist.id, desiredStart: timestampFromDate(start) })).bookingId;
  const paid = async (id: string) => {
    await pay(system, client, id);
    await until(async () => (await papersOf(system, client, id)).settled(1, "booking_confirmed"));
    return id;
  };
  const ids = {
    held: await book(alisado, angela, at(2, "10:30")),
    kept: await paid(await book(corte, beatriz, at(3, "19:00"))),
    cancelled: await paid(await book(alisado, beatriz, at(4, "18:15"))),
    released: await book(corte, angela, at(5, "08:00")),
  };
  for (const bookingId of [ids.cancelled, ids.released]) await mine.cancelBooking({ bookingId });
  await until(async () => (await papersOf(system, client, ids.cancelled)).settled(2, "refund_sent"));
  // All happened within one minute: moved apart, so that the times are distinct.
  await sql(system, "booking", "update booking set created_at = created_at - interval '50 hours' where client_id = $1", [client.id]);
  await sql(system, "payments", "update payment set settled_at = settled_at - interval '26 hours' where client_id = $1", [client.id]);
  await sql(system, "auth", "update session set started_at = started_at - interval '30 hours' where account_id = $1", [client.id]);
  const visit = async (id: string, service: Sold, stylist: Named): Promise<Visit> => {
    const booking = (await mine.getBooking({ bookingId: id })).booking!;
    const code = bookingCode(id);
    return { id, booking, service, stylist, start: timestampDate(booking.start!), end: timestampDate(booking.end!), code };
  };
  return {
    client,
    held: await visit(ids.held, alisado, angela),
    kept: await visit(ids.kept, corte, beatriz),
    cancelled: await visit(ids.cancelled, alisado, beatriz),
    released: await visit(ids.released, corte, angela),
  };
}

/** What other services know of a booking, with its client's token. */
export async function papersOf(system: SystemDescription, client: SignedIn, bookingId: string) {
  const [{ invoices }, { notifications }, { payments: tries }] = await Promise.all([
    clientFor(InvoiceService, system, client.accessToken).listInvoices({ bookingId, pageSize: 20 }),
    clientFor(NotificationService, system, client.accessToken).listNotifications({ bookingId, pageSize: 50 }),
    payments(system, client).listPayments({ bookingId, pageSize: 50 }),
  ]);
  const sentAt = (kind: string) => notifications.find((one) => one.kind === kind)?.sentAt;
  return {
    documents: invoices.toReversed(), // oldest first
    mailedAt: notifications.map((one) => one.sentAt),
    sentAt,
    paidAt: tries[0]!.settledAt,
    settled: (documents: number, last: string) =>
      invoices.length === documents && sentAt(last) !== undefined && notifications.every((one) => one.sentAt !== undefined),
  };
}
