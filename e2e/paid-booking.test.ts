import { beforeAll, expect, test } from "@jest/globals";
import { mails, sharedSystem, signUp, until, clientFor } from "@lacio/dev/testing";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { at, book, bookings, ensureNumbering, openSalon, pay, type Salon } from "./salon.ts";

const system = sharedSystem();
let salon: Salon;

beforeAll(async () => {
  await ensureNumbering(system);
  salon = await openSalon(system);
});

test("a booking, from the click to the mailbox and back: confirmed with its invoice, cancelled, refunded with its credit note", async () => {
  const client = await signUp(system);
  const { bookingId } = await book(system, client, salon, at(3, "10:00"));
  await pay(system, client, bookingId);
  await received(2);
  await bookings(system, client).cancelBooking({ bookingId });

  const told = (await received(4)).map(({ subject, attachments }) => [
    subject.replace(/:? .*/, ""),
    attachments.map(({ name, bytes }) => [name.replace(/\d+/, "…"), bytes.subarray(0, 5).toString()]),
  ]);
  // Two facts of one moment are told by two events, and either mail may be the first to arrive.
  const inAnyOrder = <Row>(rows: Row[]) => expect.arrayContaining(rows) as unknown;
  expect(told).toHaveLength(4);
  expect(told.slice(0, 2)).toEqual(
    inAnyOrder([
      ["Confirma", []],
      ["Cita", [["SETP….pdf", "%PDF-"]]],
    ]),
  );
  expect(told.slice(2)).toEqual(
    inAnyOrder([
      ["Cita", []],
      ["Te", [["NC….pdf", "%PDF-"]]],
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
