import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { rmSync } from "node:fs";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { seed } from "../../dev/seed.ts";
import { startSystem, type System } from "../../dev/system.ts";
import { clientFor, mails, signUp, until } from "../../dev/testing.ts";

const dir = ".lacio/test/paid-booking";
let system: System;

beforeAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  system = await startSystem({ dir, edge: false, fsync: false });
  await seed(system);
});

afterAll(() => system?.stop());

test("a booking, from the click to the mailbox and back: confirmed with its invoice, cancelled, refunded with its credit note", async () => {
  const client = await signUp(system);
  const { services } = await clientFor(StaffService, system).listServices({});
  const serviceId = services[0]!.id;
  const soon = Temporal.Now.plainDateISO("America/Bogota").add({ days: 3 });
  const days = { date: soon.toString(), toDate: soon.add({ days: 6 }).toString() };
  const { slots } = await clientFor(AvailabilityService, system).getAvailability({ serviceId, ...days });
  const { start, staffId } = slots[0]!;
  const bookings = clientFor(BookingService, system, client.accessToken);
  const { bookingId } = await bookings.createBooking({ serviceId, desiredStart: start, staffId });
  const { checkoutUrl } = await clientFor(PaymentsService, system, client.accessToken).startPayment({ bookingId });
  await fetch(checkoutUrl, { method: "POST", body: new URLSearchParams({ decision: "approve" }), redirect: "manual" });
  await received(2);
  await bookings.cancelBooking({ bookingId });

  const told = (await received(4)).map(({ subject, attachments }) => [
    subject.replace(/:? .*/, ""),
    attachments.map(({ name, bytes }) => [name, bytes.subarray(0, 5).toString()]),
  ]);
  // Two facts of one moment are told by two events, and either mail may be the first to arrive.
  const inAnyOrder = <Row>(rows: Row[]) => expect.arrayContaining(rows) as unknown;
  expect(told).toHaveLength(4);
  expect(told.slice(0, 2)).toEqual(
    inAnyOrder([
      ["Confirma", []],
      ["Cita", [["SETP990000000.pdf", "%PDF-"]]],
    ]),
  );
  expect(told.slice(2)).toEqual(
    inAnyOrder([
      ["Cita", []],
      ["Te", [["NC1.pdf", "%PDF-"]]],
    ]),
  );
  const { notifications } = await clientFor(NotificationService, system, client.accessToken).listNotifications({ bookingId });
  const kinds = notifications.map(({ kind }) => kind);
  expect(kinds.at(-1)).toBe("booking_confirmed");
  expect(kinds.toSorted()).toEqual(["booking_cancelled", "booking_confirmed", "refund_sent"]);

  function received(count: number) {
    return until(
      async () => {
        const all = await mails(system, client.email);
        return all.length >= count && all;
      },
      { timeoutMs: 40_000 },
    );
  }
});
