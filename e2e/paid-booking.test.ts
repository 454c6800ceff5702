import { beforeAll, expect, test } from "@jest/globals";
import { mails, sharedSystem, signUp, until, clientFor } from "@lacio/testkit/testing";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { at, book, bookings, ensureNumbering, openSalon, pay, type Salon } from "./salon.ts";

const system = sharedSystem();
let salon: Salon;

beforeAll(async () => {
  await ensureNumbering(system);
  salon = await openSalon(system);
});

test("a mail leads on, from the click to the mailbox and back: confirmed with its invoice, cancelled, refunded with its credit note", async () => {
  const client = await signUp(system);
  const { bookingId } = await book(system, client, salon, at(3, "10:00"));
  await pay(system, client, bookingId);
  const [, confirmed] = await received(2);
  await expectToLeadOn(confirmed!.text, bookingId);
  await bookings(system, client).cancelBooking({ bookingId });

  const all = await received(4);
  const cancelled = all.find(({ subject }) => subject.startsWith("Cita cancelada"))!;
  expect(cancelled.text).toContain(`\n${system.urls.edge}/reservar/${salon.serviceId}\n`);
  const told = all.map(({ subject, attachments }) => [
    subject.replace(/:? .*/, ""),
    attachments.map(({ name, bytes }) => [name.replace(/\d+/, "…"), bytes.subarray(0, 5).toString()]),
  ]);
  // Two events at the same time: their mails can arrive in either order.
  const inAnyOrder = <Row>(rows: Row[]) => expect.arrayContaining(rows) as unknown;
  expect(told).toHaveLength(4);
  expect(told.slice(0, 2)).toEqual(
    inAnyOrder([
      ["Confirma", []],
      ["Cita", [["SETP….pdf", "%PDF-"], ["cita.ics", "BEGIN"]]], // prettier-ignore
    ]),
  );
  expect(told.slice(2)).toEqual(
    inAnyOrder([
      ["Cita", [["cita.ics", "BEGIN"]]],
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

/** A mail's links redirect to the login with a way back. Opening them (GET), as mail scanners do, changes nothing. */
async function expectToLeadOn(text: string, bookingId: string): Promise<void> {
  const links = text.match(/^https:\S+/gm)!.map((link) => new URL(link));
  expect(links.map(({ origin, pathname }) => origin + pathname)).toEqual(
    ["", "/cambiar", "/cancelar"].map((page) => `${system.urls.edge}/reservas/${bookingId}${page}`),
  );
  for (const link of links) {
    const { status, headers } = await fetch(link, { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([303, `/entrar?next=${encodeURIComponent(link.pathname)}`]);
  }
}
