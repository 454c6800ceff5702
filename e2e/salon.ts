import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService, type CreateBookingResponse } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceService, NumberingRange_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { SystemDescription } from "@lacio/testkit/system";
import type { Settings } from "@lacio/salon/settings";
import { adminToken, clientFor, refusal, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";

export const zone = "America/Bogota";

/** The instant of a wall-clock time at the salon, some days ahead. */
export function at(daysAhead: number, time: string): Date {
  const day = Temporal.Now.plainDateISO(zone).add({ days: daysAhead });
  return new Date(day.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds);
}

export interface Salon {
  serviceId: string;
  staffIds: string[];
}

const phasesOf = (minutes: number[]) =>
  minutes.map((length, i) => ({ name: `Fase ${i + 1}`, minutes: Math.abs(length), busy: length > 0 }));

/**
 * A new service with its own skill and stylists, every day from 8 to 20, so that tests are isolated from each other.
 * `phases` in minutes; a negative one is not busy. `validFrom`: the first working day, for tests that must not use hours of today.
 */
export async function openSalon(
  system: SystemDescription,
  { phases = [60], stylists = 1, pesos = 120_000, validFrom = "" } = {},
): Promise<Salon> {
  const staff = clientFor(StaffService, system, await adminToken(system));
  const unique = crypto.randomUUID().slice(0, 8);
  const { skill } = await staff.createSkill({ name: `Prueba ${unique}` });
  const price = { currencyCode: "COP", minorUnits: BigInt(pesos) * 100n };
  const { service } = await staff.createService({ name: `Servicio ${unique}`, price, phases: phasesOf(phases), skillIds: [skill!.id] });
  const staffIds: string[] = [];
  for (let n = 0; n < stylists; n++) {
    const { stylist } = await staff.createStylist({
      name: `Estilista ${unique} ${n}`,
      email: `${unique}-${n}@lacio.test`,
      password: "una clave larga",
      skillIds: [skill!.id],
    });
    await staff.putSchedule({
      staffId: stylist!.id,
      shifts: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: "08:00", end: "20:00", validFrom })),
    });
    staffIds.push(stylist!.id);
  }
  const availability = clientFor(AvailabilityService, system);
  const date = Temporal.Now.plainDateISO(zone).add({ days: 1 }).toString();
  await until(async () => {
    const { slots } = await availability.getAvailability({ serviceId: service!.id, date });
    return new Set(slots.map(({ staffId }) => staffId)).size === stylists;
  });
  return { serviceId: service!.id, staffIds };
}

/** Changes the settings as an ADMIN and waits until all services have them. Settings are global, so a test needs its own system. */
export async function changeSettings(system: SystemDescription, settings: Partial<Settings>): Promise<void> {
  const staff = clientFor(StaffService, system, await adminToken(system));
  const { revision: expectedRevision } = await staff.getSettings({});
  const { revision } = await staff.updateSettings({ settings, expectedRevision });
  for (const service of ["availability", "booking"])
    await until(async () => (await sql(system, service, "select 1 from settings where revision >= $1", [revision])).length > 0);
}

/** Creates the numbering ranges that invoices need. Safe in parallel: test files may race, and the ranges exist afterwards. */
export async function ensureNumbering(system: SystemDescription): Promise<void> {
  const invoices = clientFor(InvoiceService, system, await adminToken(system));
  const validity = { validFrom: "2019-01-19", validUntil: "2030-01-19" };
  const wanted = [
    { kind: NumberingRange_Kind.INVOICE, resolution: "18760000001", prefix: "SETP", fromNumber: 990_000_000n, toNumber: 995_000_000n },
    { kind: NumberingRange_Kind.CREDIT_NOTE, prefix: "NC", fromNumber: 1n, toNumber: 999_999n },
  ];
  for (const range of wanted) {
    const outcome = await refusal(invoices.createNumberingRange({ ...range, ...validity }));
    if (outcome !== "not refused" && !outcome.includes("range_overlaps")) throw new Error(outcome);
  }
}

export const bookings = (system: SystemDescription, client: SignedIn) => clientFor(BookingService, system, client.accessToken);
export const payments = (system: SystemDescription, client: SignedIn) => clientFor(PaymentsService, system, client.accessToken);

export async function book(system: SystemDescription, client: SignedIn, salon: Salon, start: Date): Promise<CreateBookingResponse> {
  return bookings(system, client).createBooking({
    serviceId: salon.serviceId,
    staffId: salon.staffIds[0]!,
    desiredStart: timestampFromDate(start),
  });
}

/** Opens the provider's checkout and decides there, as a browser would. Returns the URL that the provider redirects to. */
export async function pay(
  system: SystemDescription,
  client: SignedIn,
  bookingId: string,
  decision: "approve" | "decline" | "leave" = "approve",
): Promise<string> {
  const { checkoutUrl } = await payments(system, client).startPayment({ bookingId });
  return decide(checkoutUrl, decision);
}

/** `typed`: what the card holder fills in, as name, email, phone and line1. */
export async function decide(checkoutUrl: string, decision: "approve" | "decline" | "leave", typed: object = {}): Promise<string> {
  const response = await fetch(checkoutUrl, { method: "POST", body: new URLSearchParams({ decision, ...typed }), redirect: "manual" });
  if (response.status !== 303) throw new Error(`The checkout page answered ${response.status}: ${await response.text()}`);
  return response.headers.get("location")!;
}

/** A new client with a booking that is held, not paid. */
export async function hold(system: SystemDescription, salon: Salon, start: Date): Promise<{ client: SignedIn; bookingId: string }> {
  const client = await signUp(system);
  const { bookingId } = await book(system, client, salon, start);
  return { client, bookingId };
}
