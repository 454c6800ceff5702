import { Code, ConnectError } from "@connectrpc/connect";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { InvoiceService, NumberingRange_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import type { Account } from "@lacio/testkit/environment";
import { seedCatalogue } from "./seed/catalogue.ts";
import { numberingRanges, stylists } from "./seed/salon.ts";
import { seedStylists } from "./seed/stylists.ts";
import { client, password } from "@lacio/testkit/people";
import type { SystemDescription } from "@lacio/testkit/system";
import { clientFor, signIn, until } from "@lacio/testkit/testing";

/** Where the services are, and who may change everything. */
export type Seeded = Pick<SystemDescription, "urls" | "admin">;

/** Seeds the demo salon by an ADMIN's calls, and answers its other accounts. Idempotent: it adds only what is missing. */
export async function seed(system: Seeded): Promise<Account[]> {
  const token = await signIn(system, system.admin);
  const staff = clientFor(StaffService, system, token);
  await Promise.all([seedStylists(staff, await seedCatalogue(staff)), seedNumbering(system, token), seedClient(system)]);
  await firstSlots(system);
  return [{ role: "CLIENT", email: client.email, password }, ...stylists.map(({ email }) => ({ role: "STYLIST", email, password }))];
}

async function seedNumbering(system: Seeded, token: string): Promise<void> {
  const invoices = clientFor(InvoiceService, system, token);
  const known = new Set((await invoices.listNumberingRanges({})).ranges.map(({ kind }) => kind));
  for (const { kind, ...range } of numberingRanges) {
    if (!known.has(NumberingRange_Kind[kind])) await invoices.createNumberingRange({ ...range, kind: NumberingRange_Kind[kind] });
  }
}

async function seedClient(system: Seeded): Promise<void> {
  try {
    await clientFor(AuthService, system).register({ ...client, password });
  } catch (error) {
    if (ConnectError.from(error).code !== Code.AlreadyExists) throw error;
  }
}

// availability is a projection of events (eventual consistency): waits until each service has free slots.
async function firstSlots(system: Seeded): Promise<void> {
  const { services } = await clientFor(StaffService, system).listServices({});
  const today = Temporal.Now.plainDateISO("America/Bogota");
  const range = { date: today.toString(), toDate: today.add({ days: 14 }).toString() };
  const availability = clientFor(AvailabilityService, system);
  for (const { id } of services)
    await until(async () => (await availability.getAvailability({ serviceId: id, ...range })).slots.length > 0);
}
