import { describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { Refusal, toConnectError } from "@lacio/chassis/errors";
import { fact } from "@lacio/chassis/fact";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { EmailChangeRequestedSchema, RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import { Booking_Status, Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import {
  BookingCancelledSchema,
  BookingExpiredSchema,
  BookingLostStylistSchema,
  BookingPaidSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
} from "@lacio/proto/booking/v1/events";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { InvoiceService, NumberingRange_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { PaymentFailedSchema, PaymentRefundedSchema, RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { ReassignmentOfferedSchema } from "@lacio/proto/reassignment/v1/events";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, mails, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { aLine, startBookingStandIn, type BookingStandIn } from "@lacio/testkit/booking-stand-in";
import { startPublisher } from "@lacio/testkit/publisher";
import { standIn, type StandIn } from "@lacio/testkit/stand-in";

const dir = ".lacio/test/notification";
const publicUrl = "https://salon.example";
let system: System;
let booking: BookingStandIn;
let reassignment: StandIn;
const settled = new Set<string>();
let publisher: Awaited<ReturnType<typeof startPublisher>>;
let stylist: { id: string; email: string };
let otherStylist: { id: string; email: string };

await beforeTests(
  async () => {
    rmSync(dir, { recursive: true, force: true });
    booking = await startBookingStandIn();
    reassignment = await standIn(ReassignmentService, {
      issueAnswerLink({ reassignmentId }) {
        if (settled.has(reassignmentId)) throw toConnectError(new Refusal("already_settled", "It is over."));
        return { token: `secret-${reassignmentId}` };
      },
    });
    system = await startSystem({
      dir,
      services: ["auth", "users", "staff", "invoice", "notification"],
      edge: false,
      stripe: false,
      fsync: false,
      env: { BOOKING_URL: booking.url, REASSIGNMENT_URL: reassignment.url, PUBLIC_URL: publicUrl },
    });
    publisher = await startPublisher(system.urls.nats!);
    const token = await adminToken(system);
    [stylist, otherStylist] = await Promise.all([hire(token, "Camila Rojas Pérez"), hire(token, "Andrea Díaz")]);
    await until(async () => (await mails(system, otherStylist.email)).length > 0);
  },
  async () => {
    await publisher?.stop();
    await system?.stop();
    await booking?.stop();
    await reassignment?.stop();
  },
);

describe("an account", () => {
  test("is welcomed with a link that works, whose secret is not kept", async () => {
    const client = await signUp(system);
    const [mail] = await mailsTo(client, 1);
    expect(mail!.subject).toBe("Confirma tu correo en Lacio");
    const link = new URL(/https?:\S+verify-email\S+/.exec(mail!.text)![0]);
    const token = link.searchParams.get("token")!;
    await clientFor(AuthService, system).verifyEmail({ token });
    const [kept] = await until(async () => {
      const { notifications } = await mine(client).listNotifications({});
      return notifications.length > 0 && notifications;
    });
    expect(kept).toMatchObject({ kind: "welcome", subject: mail!.subject });
    expect(await sql(system, "notification", "select 1 from notification where text || html like $1", [`%${token}%`])).toEqual([]);
  });

  test("that was opened for a stylist is invited to set its password", async () => {
    await confirmed(stylist);
    await clientFor(AuthService, system).login({ email: stylist.email, password: "mi clave nueva" });
  });

  test("gets the link it asks for, and hears of a stolen session", async () => {
    const client = await welcomed();
    await clientFor(AuthService, system).requestPasswordReset({ email: client.email });
    await mailsTo(client, 2);
    await publisher.publish(fact(RefreshTokenReusedSchema, client.id, { accountId: client.id }));
    const subjects = (await mailsTo(client, 3)).map(({ subject }) => subject);
    expect(subjects).toEqual(expect.arrayContaining(["Cerramos una sesión tuya en Lacio por seguridad"]));
    expect(subjects.join()).toContain("contraseña");
  });
});

test("a change of address is told once to the old one, and to the new one, however often its event comes; one given up, to nobody", async () => {
  const client = await welcomed();
  const asked = fact(EmailChangeRequestedSchema, client.id, { accountId: client.id });
  const auth = clientFor(AuthService, system, client.accessToken);
  const [email, newPassword] = [`${randomUUID()}@example.com`, "otra clave larga"];
  await until(async () => (await sql(system, "users", "select 1 from profile where id = $1 and email_verified", [client.id])).length > 0);
  await auth.changeEmail({ password: client.password, email });
  await mailsTo({ email }, 1);
  for (let n = 0; n < 2; n++) await handled(await publisher.publish(asked));
  const told = "select kind from notification where recipient_id = $1 and kind like '%email%' order by kind";
  expect(await sql(system, "notification", told, [client.id])).toEqual([{ kind: "email_change_asked" }, { kind: "new_email" }]);
  await auth.changePassword({ currentPassword: client.password, newPassword });
  await handled(await publisher.publish(asked));
  expect(await sql(system, "notification", told, [client.id])).toHaveLength(2);
});

describe("a paid booking", () => {
  test("without a number for its invoice is confirmed all the same; the invoice follows in a mail of its own", async () => {
    const client = await welcomed();
    await pay(client);
    const [, early] = await mailsTo(client, 2);
    expect(early).toMatchObject({ subject: "Cita confirmada: miércoles 2 de diciembre, 8:30 a. m.", attachments: [{ name: "cita.ics" }] });
    await openRange("FE", NumberingRange_Kind.INVOICE);
    const [, , late] = await mailsTo(client, 3);
    expect(late!.subject).toBe("Tu factura FE1");
    expect(late!.attachments[0]!.bytes.subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("is confirmed in one mail with the invoice, however often its event comes; its stylist hears of it", async () => {
    const client = await welcomed();
    const before = (await mails(system, stylist.email)).length;
    const paid = await pay(client);
    const [, mail] = await mailsTo(client, 2);
    await publisher.publish(paid.event, paid.eventId);
    await publisher.publish(paid.event);
    await pay(await welcomed());
    await until(async () => (await mails(system, stylist.email)).length >= before + 2);
    expect(await mailsTo(client, 2)).toHaveLength(2);
    expect(mail).toMatchObject({ subject: "Cita confirmada: miércoles 2 de diciembre, 8:30 a. m.", from: "hola@lacio.test" });
    expect(mail!.text).toContain("Adjuntamos tu factura FE2 en PDF.");
    expect(mail!.text).toContain("Con: Camila Rojas\n"); // frozen in the booking's line: staff has another name for her today
    expect(mail!.text).toContain("Después te devolvemos $ 89.999,99."); // booking's amount, not computed again
    expect(mail!.html).toContain("Alisado largo");
    expect(mail!.attachments.map(({ name, contentType }) => [name, contentType])).toEqual([
      ["FE2.pdf", "application/pdf"],
      ["cita.ics", "application/ics"],
    ]);
    expect(mail!.attachments[0]!.bytes.subarray(0, 5).toString()).toBe("%PDF-");
    const toStylist = (await mails(system, stylist.email)).filter(({ text }) => text.includes("Ana Gómez"));
    expect(toStylist.length).toBeGreaterThanOrEqual(2);
    expect(await kinds(paid.bookingId)).toEqual(["booking_confirmed", "stylist_new_booking"]);
    const sent = system
      .logs("notification")
      .split("\n")
      .filter((line) => line.includes("a mail is sent"));
    expect(sent.filter((line) => line.includes(`request of ${paid.eventId}`))).toHaveLength(2);
  });

  test("a mail leads on: to the pages of the booking, to the salon that answers, and into the calendar, which follows it to the end", async () => {
    const client = await welcomed({ name: "María José Restrepo" });
    const { bookingId, paymentId, lines } = await pay(client);
    const [, confirmed] = await mailsTo(client, 2);
    const page = (path: string, prefix = "") => `${publicUrl}${prefix}/reservas/${bookingId}${path}`;
    expect(confirmed!.text.match(/^https?:\S+/gm)).toEqual([page(""), page("/cambiar"), page("/cancelar")]);
    expect(confirmed!.text).toContain("Hola, María:");
    const wire = await source(client, 1);
    expect(wire).toMatch(/^Message-ID: <[0-9a-f-]{36}@lacio\.test>\r?$/m);
    expect(wire).toMatch(/^Reply-To: Lacio <hola@lacio\.test>\r?$/m);
    expect(wire).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/i);

    const clientId = client.id;
    const moved = { bookingId, clientId, oldLines: lines, lines, revision: 3n };
    booking.put({ bookingId, paymentId, clientId, lines, ...terms, status: Booking_Status.CONFIRMED, revision: 3n });
    await publisher.publish(fact(BookingRescheduledSchema, bookingId, moved));
    await mailsTo(client, 3);
    const by = Cancellation_By.CLIENT;
    const refund = { currencyCode: "COP", minorUnits: 18_000_000n };
    booking.put({ bookingId, paymentId, clientId, lines, ...rule, status: Booking_Status.CANCELLED, cancellation: { by, refund } });
    await publisher.publish(fact(BookingCancelledSchema, bookingId, { bookingId, paymentId, clientId, lines, refund, by, revision: 4n }));
    const all = (await mailsTo(client, 4)).slice(1);
    expect(all[2]!.text.match(/^https?:\S+/gm)).toEqual([`${publicUrl}/`, page("")]); // this service is no longer sold
    const files = all.map(({ attachments }) => unfolded(attachments.find(({ name }) => name === "cita.ics")!.bytes));
    expect(files.map((file) => [/METHOD:(.*)/.exec(file)![1], /SEQUENCE:(.*)/.exec(file)![1], /STATUS:(.*)/.exec(file)![1]])).toEqual([
      ["REQUEST", "2", "CONFIRMED"],
      ["REQUEST", "3", "CONFIRMED"],
      ["CANCEL", "4", "CANCELLED"],
    ]);
    for (const file of files) {
      expect(file.match(/^UID:.*$/gm)).toEqual([`UID:${bookingId}@lacio`]);
      expect(file).toContain("DTSTART:20261202T133000Z");
      expect(file).toContain('ORGANIZER;CN="Lacio":mailto:hola@lacio.test');
      expect(file).toMatch(new RegExp(`ATTENDEE;.*PARTSTAT=ACCEPTED.*CN="María José Restrepo":MAILTO:${client.email}`));
      expect(file).toContain(`URL;VALUE=URI:${page("")}`);
    }
  });

  test("language travels: it is told in the client's language, its file too, and to the stylist in theirs", async () => {
    const client = await welcomed({ locale: "en", name: `Eve ${randomUUID()}` });
    await pay(client);
    const [welcome, confirmed] = await mailsTo(client, 2);
    expect(welcome!.subject).toBe("Confirm your e-mail at Lacio");
    expect(confirmed!.subject).toContain("Appointment confirmed");
    for (const { text } of [welcome!, confirmed!])
      expect(new Set(text.match(/^https?:\S+/gm)!.map((url) => new URL(url).pathname.slice(0, 4)))).toEqual(new Set(["/en/"]));
    const toStylist = await until(async () => (await mails(system, stylist.email)).find(({ text }) => text.includes(client.name)));
    expect(toStylist.subject).toMatch(/^Nueva cita/);
    expect(confirmed!.attachments.map(({ name }) => name)).toContain("appointment.ics");
    expect(confirmed!.text).toMatch(/Price: COP 180,000\n[^]*COP 89,999\.99/);
  });

  test("that moves to another stylist tells all three", async () => {
    const client = await welcomed();
    const { bookingId, lines } = await pay(client);
    await mailsTo(client, 2);
    await publisher.publish(
      fact(BookingRescheduledSchema, bookingId, {
        bookingId,
        clientId: client.id,
        oldLines: lines,
        lines: [aLine(18_000_000n, otherStylist.id, "Andrea Díaz")],
        revision: 3n,
      }),
    );
    const [, , moved] = await mailsTo(client, 3);
    expect(moved!.text).toContain("Con: Andrea Díaz");
    const toStylist = await until(async () =>
      (await mails(system, stylist.email)).find(({ subject }) => subject.startsWith("Ya no atiendes")),
    );
    expect(toStylist.text).not.toMatch(/cancel/i); // nobody cancelled
    expect(await kinds(bookingId)).toEqual([
      "booking_confirmed",
      "booking_rescheduled",
      "stylist_booking_cancelled",
      "stylist_new_booking",
      "stylist_new_booking",
    ]);
  });

  test("that loses its stylist asks its client by a link that works without a sign-in, tells the outcome, and follows it into the calendar", async () => {
    const client = await welcomed();
    const { bookingId, paymentId, lines } = await pay(client);
    await mailsTo(client, 2);
    const { about, lossId, offered } = lose(client, { bookingId, paymentId, lines });
    const lost = { ...about, lossId, staffId: stylist.id, lines, price: lines[0]!.price, revision: 3n };
    await publisher.publish(fact(BookingLostStylistSchema, bookingId, lost));
    await publisher.publish(fact(ReassignmentOfferedSchema, lossId, offered));
    const [, , offer] = await mailsTo(client, 3);
    expect(offer!.subject).toBe("Tu cita del miércoles 2 de diciembre: ¿te atiende Andrea Díaz?");
    const link = `${publicUrl}/links/cita?token=secret-${lossId}&respuesta=`;
    expect(offer!.text.match(/^https?:\S+/gm)).toEqual([`${link}aceptar`, `${link}otra-hora`, `${link}devolver`]);
    expect(offer!.html).toContain(`href="${link.replace("&", "&amp;")}aceptar"`);

    booking.put({ ...about, paymentId, lines, ...terms, status: Booking_Status.CONFIRMED, revision: 5n });
    const taken = [aLine(18_000_000n, otherStylist.id, "Andrea Díaz")];
    await publisher.publish(fact(BookingReassignedSchema, bookingId, { ...about, lossId, oldLines: lines, lines: taken, paymentId, revision: 5n })); // prettier-ignore
    const [, confirmed, , reassigned] = await mailsTo(client, 4);
    expect(reassigned!.subject).toBe("Te atenderá Andrea Díaz: miércoles 2 de diciembre, 8:30 a. m.");
    const files = [confirmed!, reassigned!].map(({ attachments }) => unfolded(attachments.find(({ name }) => name === "cita.ics")!.bytes));
    expect(files.map((file) => /SEQUENCE:(.*)/.exec(file)![1])).toEqual(["2", "5"]);
    for (const file of files) expect(file).toContain(`UID:${bookingId}@lacio`);
    expect(files[1]).toContain("Con Andrea Díaz");
    const { notifications } = await mine(client).listNotifications({ bookingId });
    expect(notifications.find(({ kind }) => kind === "reassignment_offer")!.text).toContain(`/reservas/${bookingId}?respuesta=aceptar`);
    expect(await sql(system, "notification", "select 1 from notification n where n::text like '%secret-%'")).toEqual([]);
    await until(async () => (await kinds(bookingId)).length === 6);
    expect(await kinds(bookingId)).toEqual([
      ...["booking_confirmed", "booking_reassigned", "reassignment_offer", "stylist_booking_cancelled"],
      ...["stylist_new_booking", "stylist_new_booking"],
    ]);
  });

  test("whose stylist returns before the offer is out is offered nothing, and her client's list shows no offer", async () => {
    const client = await welcomed();
    const { bookingId, paymentId, lines } = await pay(client);
    await mailsTo(client, 2);
    const { about, lossId, offered } = lose(client, { bookingId, paymentId, lines });
    settled.add(lossId);
    await publisher.publish(fact(ReassignmentOfferedSchema, lossId, offered));
    const state = "select status from notification where booking_id = $1 and kind = 'reassignment_offer' and status <> 'PENDING'";
    expect(await until(async () => (await sql(system, "notification", state, [bookingId]))[0])).toEqual({ status: "DROPPED" });
    await handled(await publisher.publish(fact(StylistReturnedSchema, bookingId, { ...about, lossId, lines, revision: 4n })));
    expect((await mine(client).listNotifications({ bookingId })).notifications.map(({ kind }) => kind)).toEqual(["booking_confirmed"]);
  });

  test("that is cancelled tells what comes back, then that it came, with the credit note: one mail each", async () => {
    await openRange("NC", NumberingRange_Kind.CREDIT_NOTE);
    const client = await welcomed();
    const { bookingId, paymentId, lines } = await pay(client);
    await mailsTo(client, 2);
    const clientId = client.id;
    const refund = { currencyCode: "COP", minorUnits: 9_000_000n };
    const by = Cancellation_By.CLIENT;
    booking.put({ bookingId, paymentId, clientId, lines, ...rule, status: Booking_Status.CANCELLED, cancellation: { by, refund } });
    await publisher.publish(fact(BookingCancelledSchema, bookingId, { bookingId, paymentId, clientId, lines, refund, by, revision: 3n }));
    expect((await mailsTo(client, 3))[2]!.text).toContain("Te devolvemos $ 90.000 de los $ 180.000 que pagaste");
    await publisher.publish(
      fact(PaymentRefundedSchema, paymentId, { refundId: randomUUID(), paymentId, bookingId, clientId, amount: refund }),
    );
    const [, , , refunded] = await mailsTo(client, 4);
    expect(refunded).toMatchObject({ subject: "Te devolvimos $ 90.000", attachments: [{ name: "NC1.pdf" }] });
    expect(await kinds(bookingId)).toEqual([
      "booking_cancelled",
      "booking_confirmed",
      "refund_sent",
      "stylist_booking_cancelled",
      "stylist_new_booking",
    ]);
  });

  test("money: a refund that did not arrive is told with what happens next, and is never told as sent after that", async () => {
    await openRange("NX", NumberingRange_Kind.CREDIT_NOTE);
    const client = await welcomed();
    const { bookingId, paymentId, lines } = await pay(client);
    await mailsTo(client, 2);
    const clientId = client.id;
    booking.put({ bookingId, paymentId, clientId, lines, ...rule, status: Booking_Status.CONFIRMED });
    const amount = { currencyCode: "COP", minorUnits: 9_000_000n };
    const refund = { paymentId, bookingId, clientId, amount };
    const back = { ...refund, refundId: randomUUID(), hadSucceeded: true };
    await publisher.publish(fact(RefundFailedSchema, paymentId, back));
    const [, , failed] = await mailsTo(client, 3);
    expect(failed!.subject).toBe("Te debemos $ 90.000: la devolución no llegó");
    expect(failed!.text).toContain("llámanos al +57 601 555 0142");
    await publisher.publish(fact(PaymentRefundedSchema, paymentId, { ...refund, refundId: back.refundId }));
    const [, , , note] = await mailsTo(client, 4);
    expect(note).toMatchObject({
      subject: expect.stringContaining("Tu nota crédito") as unknown,
      attachments: [{ name: expect.any(String) as unknown }],
    });
    await handled(await publisher.publish(fact(RefundFailedSchema, paymentId, { ...refund, refundId: randomUUID(), nothingLeft: true })));
    expect((await kinds(bookingId)).filter((kind) => kind.startsWith("refund"))).toEqual(["refund_failed"]);
  });
});

test("an unpaid booking that its client lets go is no news to her; one that the salon takes away is", async () => {
  const client = await welcomed();
  for (const by of [Cancellation_By.CLIENT, Cancellation_By.SALON]) {
    const bookingId = randomUUID();
    const lines = [aLine(18_000_000n, stylist.id)];
    booking.put({ bookingId, clientId: client.id, lines, ...rule, status: Booking_Status.CANCELLED, cancellation: { by } });
    const event = fact(BookingCancelledSchema, bookingId, { bookingId, clientId: client.id, lines, by, revision: 2n });
    await handled(await publisher.publish(event));
    expect(await kinds(bookingId)).toEqual(by === Cancellation_By.CLIENT ? [] : ["booking_cancelled"]);
  }
});

test("an unpaid booking: the failed payment, the end of the hold and the refund of a late payment are told", async () => {
  const client = await welcomed();
  const bookingId = randomUUID();
  const lines = [aLine(18_000_000n, stylist.id)];
  const expiresAt = timestampFromDate(new Date(Date.now() + 600_000));
  booking.put({ bookingId, clientId: client.id, lines, ...terms, expiresAt, status: Booking_Status.PENDING_PAYMENT });
  const paymentId = randomUUID();
  await publisher.publish(fact(PaymentFailedSchema, paymentId, { paymentId, bookingId, clientId: client.id, reason: "declined" }));
  expect((await mailsTo(client, 2))[1]!.text).toContain("Te guardamos la hora hasta el");
  const moved = { bookingId, clientId: client.id, oldLines: lines, lines, revision: 2n };
  await publisher.publish(fact(BookingRescheduledSchema, bookingId, moved));
  const [, failed, rescheduled] = await mailsTo(client, 3);
  // An unpaid booking links to its payment, and has no calendar file, since it may expire.
  for (const mail of [failed!, rescheduled!])
    expect([mail.text.match(/^https?:\S+/m)![0], mail.attachments]).toEqual([`${publicUrl}/reservas/${bookingId}/pagar`, []]);
  booking.put({ bookingId, clientId: client.id, lines, ...rule, status: Booking_Status.EXPIRED });
  await publisher.publish(fact(BookingExpiredSchema, bookingId, { bookingId, clientId: client.id, revision: 3n }));
  await mailsTo(client, 4);
  const amount = { currencyCode: "COP", minorUnits: 18_000_000n };
  await publisher.publish(
    fact(PaymentRefundedSchema, paymentId, { refundId: randomUUID(), paymentId, bookingId, clientId: client.id, amount }),
  );
  expect((await mailsTo(client, 5))[4]!.text).toContain("un pago que ya no pudimos usar");
});

describe("strangers' text in mail to strangers", () => {
  const bait = "GANASTE un premio: www.premio.example";
  const { PENDING_PAYMENT, CANCELLED } = Booking_Status;

  /** An account with another person's address, and spam for a name. */
  async function impostor(): Promise<SignedIn> {
    const client = await signUp(system, { name: bait });
    await mailsTo(client, 1);
    return client;
  }

  async function raw({ email }: SignedIn): Promise<string> {
    const list = await fetch(`${system.urls.mail}/api/email?to.address=${encodeURIComponent(email)}`);
    return list.text();
  }

  test("is in no mail to an address that nobody confirmed: neither the welcome, nor the link to a password, nor what was paid for", async () => {
    const client = await impostor();
    const [welcome] = await mails(system, client.email);
    for (const part of [welcome!.text, welcome!.html]) expect(part).not.toMatch(/Gana|premio|cita confirmada|factura|lista/i);
    expect(welcome!.text.match(/https?:\S+/g)).toEqual([expect.stringContaining("/links/verify-email?token=")]);
    await clientFor(AuthService, system).requestPasswordReset({ email: client.email });
    await mailsTo(client, 2);
    await pay(client);
    const [, , confirmation] = await mailsTo(client, 3);
    expect(confirmation!.text).toContain("\n\nHola:\n\n");
    const file = unfolded(confirmation!.attachments.find(({ name }) => name === "cita.ics")!.bytes);
    expect(file).toMatch(new RegExp(`^ATTENDEE;[^:]*RSVP=FALSE:MAILTO:${client.email}`, "m"));
    for (const part of [await raw(client), file]) expect(part).not.toMatch(/GANASTE|premio/);
    expect(await sql(system, "notification", "select 1 from notification n where recipient_id = $1 and n::text like '%premio%'", [client.id])).toEqual([]); // prettier-ignore
  });

  test("is answered by no mail but the confirmation, whatever an account does that nobody confirmed and nobody paid for", async () => {
    const [client, known] = [await impostor(), await welcomed()];
    for (const { id: clientId } of [client, known]) {
      const [bookingId, paymentId] = [randomUUID(), randomUUID()];
      const lines = [aLine(18_000_000n, stylist.id)];
      const expiresAt = timestampFromDate(new Date(Date.now() + 600_000));
      booking.put({ bookingId, clientId, lines, ...terms, expiresAt, status: PENDING_PAYMENT });
      await handled(await publisher.publish(fact(PaymentFailedSchema, paymentId, { paymentId, bookingId, clientId })));
      await handled(await publisher.publish(fact(BookingRescheduledSchema, bookingId, { bookingId, clientId, oldLines: lines, lines, revision: 2n }))); // prettier-ignore
      await handled(await publisher.publish(fact(BookingExpiredSchema, bookingId, { bookingId, clientId, revision: 3n })));
      const by = Cancellation_By.SALON;
      booking.put({ bookingId, clientId, lines, ...rule, status: CANCELLED, cancellation: { by } });
      await handled(await publisher.publish(fact(BookingCancelledSchema, bookingId, { bookingId, clientId, lines, by, revision: 4n })));
      await handled(await publisher.publish(fact(RefreshTokenReusedSchema, clientId, { accountId: clientId })));
    }
    expect(await told(known)).toEqual(["welcome", "payment_failed", "booking_rescheduled", "booking_expired", "booking_cancelled", "session_ended"]); // prettier-ignore
    expect(await told(client)).toEqual(["welcome"]);
    await pay(client);
    await mailsTo(client, 2);
    await handled(await publisher.publish(fact(RefreshTokenReusedSchema, client.id, { accountId: client.id })));
    expect(await told(client)).toEqual(["welcome", "booking_confirmed", "session_ended"]);
  });

  test("is not in a stylist's mail either, as long as neither address is confirmed", async () => {
    const client = await impostor();
    const invited = await hire(await adminToken(system), "Sofía Ríos");
    await until(async () => (await mails(system, invited.email)).length > 0);
    await pay(client, invited.id);
    const before = (await mailsTo(invited, 2)).at(-1)!;
    expect(before.text).not.toMatch(/Cliente|premio/);
    await confirmed(invited);
    await pay(client, invited.id);
    const after = (await mailsTo(invited, 3)).at(-1)!;
    expect(after.text).toContain(`Cliente: ${bait}`);
  });
});

describe("an erased client", () => {
  const nothing = { name: "", address: "", subject: "", text: "", html: "", calendar: null };
  const toldTo = ({ id }: SignedIn) =>
    sql(system, "notification", "select kind, status, name, address, subject, text, html, calendar from notification where recipient_id = $1 order by id", [id]); // prettier-ignore

  test("is forgotten, also in what the stylist was told, and is told nothing more, whoever still thinks to know them", async () => {
    const { client, bookingId } = await paidBy(`Eva ${randomUUID()}`);
    await until(async () => (await kinds(bookingId)).length === 2 && (await unsent(bookingId)) === 0);
    const { notifications } = await mine(client).listNotifications({ bookingId });
    const { notificationId } = notifications[0]!;
    await mine(client).markNotificationRead({ notificationId }, { headers: { "idempotency-key": randomUUID() } });
    for (const text of [client.name, client.email]) expect(await found(text)).not.toEqual([]);

    for (let n = 0; n < 2; n++) await erase(client);
    for (const text of [client.name, client.email]) expect(await found(text)).toEqual([]);
    expect(await toldTo(client)).toEqual([
      { kind: "welcome", status: "SENT", ...nothing },
      { kind: "booking_confirmed", status: "SENT", ...nothing },
    ]);
    expect((await mine(client).listNotifications({})).notifications).toEqual([]);

    await handled(await publisher.publish(fact(RefreshTokenReusedSchema, client.id, { accountId: client.id })));
    expect(await toldTo(client)).toHaveLength(2);
    expect(await found(client.email)).toEqual([]);
  });

  test("of whom users says so is written nothing, before notification heard of it; their stylist is told without the name", async () => {
    const client = await welcomed();
    await forgottenByUsers(client);
    const { bookingId, event } = await pay(client);
    await until(async () => (await kinds(bookingId)).length > 0 && (await unsent(bookingId)) === 0);
    await handled(await publisher.publish(event));
    await handled(await publisher.publish(fact(RefreshTokenReusedSchema, client.id, { accountId: client.id })));
    expect(await kinds(bookingId)).toEqual(["stylist_new_booking"]);
    expect(await toldTo(client)).toMatchObject([{ kind: "welcome" }]);
    const texts = (await mails(system, stylist.email)).map(({ text }) => text);
    expect(texts.filter((text) => text.includes("Cliente: borró sus datos"))).toHaveLength(1);
  });

  test("whose name was asked before the erasure is named to no stylist: that counts as a failure, and the next delivery asks again", async () => {
    const client = await welcomed();
    await erase(client);
    const { bookingId, eventId } = await pay(client);
    await until(async () => (await sql(system, "notification", "select 1 from event_failure where event_id = $1", [eventId])).length > 0);
    expect(await kinds(bookingId)).toEqual([]);
    await forgottenByUsers(client);
    await until(async () => (await kinds(bookingId)).includes("stylist_new_booking"), { timeoutMs: 60_000 });
    expect(await sql(system, "notification", "select 1 from notification where booking_id = $1 and text like $2", [bookingId, `%${client.name}%`])).toEqual([]); // prettier-ignore
  });

  async function paidBy(name: string) {
    const client = await welcomed({ name });
    return { client, ...(await pay(client)) };
  }

  const erase = async ({ id }: SignedIn) => handled(await publisher.publish(fact(AccountErasedSchema, id, { accountId: id })));
  const forgottenByUsers = ({ id }: SignedIn) =>
    sql(system, "users", "update profile set name = '', email = '', phone = '', erased_at = now() where id = $1", [id]);

  async function unsent(bookingId: string): Promise<number> {
    return (await sql(system, "notification", "select 1 from notification where booking_id = $1 and status = 'PENDING'", [bookingId]))
      .length;
  }

  const found = (text: string) =>
    sql(
      system,
      "notification",
      `select kind from notification n where n::text like $1
       union all select 'answer' from idempotency where encode(answer, 'escape') like $1`,
      [`%${text}%`],
    );
});

describe("the list", () => {
  test("shows one's own, page by page, and of one booking; a stranger can't mark it read", async () => {
    const client = await welcomed();
    const { bookingId } = await pay(client);
    await mailsTo(client, 2);
    await until(async () => (await mine(client).listNotifications({})).notifications.filter(({ sentAt }) => sentAt).length === 2);
    await sql(system, "notification", "update notification set created_at = now() where recipient_id = $1", [client.id]); // rows that tie must not get lost between two pages
    const { notifications: all } = await mine(client).listNotifications({});
    expect(all.map(({ kind }) => kind)).toEqual(["booking_confirmed", "welcome"]);
    const first = await mine(client).listNotifications({ pageSize: 1 });
    const second = await mine(client).listNotifications({ pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.notifications, ...second.notifications]).toEqual(all);
    expect(second.nextPageToken).toBe("");
    expect((await mine(client).listNotifications({ bookingId })).notifications).toEqual([all[0]]);
    const pageToken = Buffer.from('["x"]').toString("base64url");
    expect(await reason(mine(client).listNotifications({ pageToken }))).toBe("invalid_argument");

    const { notificationId } = all[0]!;
    expect(all[0]!.readAt).toBeUndefined();
    expect(await reason(mine(await signUp(system)).markNotificationRead({ notificationId }))).toBe("not_found");
    const { notification: read } = await mine(client).markNotificationRead({ notificationId });
    expect(read!.readAt).toBeDefined();
    expect((await mine(client).markNotificationRead({ notificationId })).notification).toEqual(read);
  });
});

const pesos = (centavos: bigint) => ({ currencyCode: "COP", minorUnits: centavos });
/** What booking answers about a cancelled visit: its policy, and no offer to move or cancel it. */
const rule = { policy: { freeUntilHours: 24, lateRefundPercent: 50 } };
/** And about one to come: until when it can be moved, and cancelled free of charge. */
const soon = timestampFromDate(new Date("2026-12-01T13:30:00Z"));
const terms = { ...rule, freeUntil: soon, movableUntil: soon, lateRefund: pesos(8_999_999n), refundIfCancelled: pesos(18_000_000n) };

async function hire(token: string, name: string): Promise<{ id: string; email: string }> {
  const email = `${randomUUID()}@example.com`;
  const { stylist } = await clientFor(StaffService, system, token).createStylist({ email, name, phone: "3001112233", bio: "Alisados" });
  return { id: stylist!.id, email };
}

async function openRange(prefix: string, kind: NumberingRange_Kind): Promise<void> {
  const days = { validFrom: "2026-01-01", validUntil: "2099-12-31" };
  const numbers = { fromNumber: 1n, toNumber: 1_000n, resolution: kind === NumberingRange_Kind.INVOICE ? "18760000001" : "" };
  await clientFor(InvoiceService, system, await adminToken(system)).createNumberingRange({ kind, prefix, ...numbers, ...days });
}

/** A client with a confirmed address, after the welcome mail. */
async function welcomed(wishes: Parameters<typeof signUp>[1] = {}): Promise<SignedIn> {
  const client = await signUp(system, wishes);
  await mailsTo(client, 1);
  await confirmed(client);
  return client;
}

/** Opens the newest link with a token in the mailbox, as its owner would. */
async function confirmed({ id, email }: { id: string; email: string }): Promise<void> {
  const { text } = (await until(async () => (await mails(system, email)).filter(({ text: one }) => one.includes("?token="))).then((all) => all.at(-1)))!; // prettier-ignore
  const link = new URL(/https?:\S+\?token=\S+/.exec(text)![0]);
  const token = link.searchParams.get("token")!;
  if (link.pathname.endsWith("verify-email")) await clientFor(AuthService, system).verifyEmail({ token });
  else await clientFor(AuthService, system).resetPassword({ token, password: "mi clave nueva" });
  await until(async () => (await sql(system, "users", "select 1 from profile where id = $1 and email_verified", [id])).length > 0);
}

async function pay({ id: clientId }: SignedIn, staffId = stylist.id) {
  const lines = [aLine(18_000_000n, staffId)];
  const paid = { bookingId: randomUUID(), paymentId: randomUUID(), clientId, lines };
  booking.put({ ...paid, ...terms, status: Booking_Status.CONFIRMED, revision: 2n });
  const event = fact(BookingPaidSchema, paid.bookingId, { ...paid, price: lines[0]!.price, paidAt: timestampFromDate(new Date()) });
  return { ...paid, event, eventId: await publisher.publish(event) };
}

/** The booking has lost its stylist, and Andrea is held for it. */
function lose(
  { id: clientId }: SignedIn,
  { bookingId, paymentId, lines }: Pick<Awaited<ReturnType<typeof pay>>, "bookingId" | "paymentId" | "lines">,
) {
  const [about, lossId] = [{ bookingId, clientId }, randomUUID()];
  const why = { staffId: stylist.id, staffName: "Camila Rojas", reason: "me enfermé" };
  booking.put({ ...about, paymentId, lines, ...rule, status: Booking_Status.REASSIGNING, loss: { lossId, ...why }, revision: 4n });
  const offer = { offerId: randomUUID(), staffId: otherStylist.id, staffName: "Andrea Díaz", price: lines[0]!.price };
  const deadline = timestampFromDate(new Date("2026-12-01T23:00:00Z"));
  return { about, lossId, offered: { ...about, ...why, reassignmentId: lossId, offerId: offer.offerId, offer, deadline } };
}

/** The source of a mail, with unfolded headers. */
async function source({ email }: SignedIn, index: number): Promise<string> {
  const list = await fetch(`${system.urls.mail}/api/email?sort=asc&to.address=${encodeURIComponent(email)}`);
  return readFileSync(((await list.json()) as { source: string }[])[index]!.source, "utf8").replaceAll(/\r?\n[ \t]+/g, " ");
}

const unfolded = (file: Buffer) => file.toString().replaceAll(/\r\n[ \t]/g, "");

const mine = ({ accessToken }: SignedIn) => clientFor(NotificationService, system, accessToken);

const mailsTo = ({ email }: { email: string }, count: number) =>
  until(async () => {
    const received = await mails(system, email);
    return received.length >= count && received;
  });

const handled = (eventId: string) =>
  until(async () => (await sql(system, "notification", "select 1 from inbox where event_id = $1", [eventId])).length > 0);

/** The kinds of all notifications of an account, in order. */
async function told({ id }: { id: string }): Promise<string[]> {
  return (
    await sql<{ kind: string }>(system, "notification", "select kind from notification where recipient_id = $1 order by id", [id])
  ).map(({ kind }) => kind);
}

async function kinds(bookingId: string): Promise<string[]> {
  const rows = await sql<{ kind: string }>(system, "notification", "select kind from notification where booking_id = $1 order by kind", [
    bookingId,
  ]);
  return rows.map(({ kind }) => kind);
}

async function reason(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => ConnectError.from(failure),
  );
  expect(error?.code).not.toBe(Code.Internal);
  return error?.findDetails(ErrorInfoSchema)[0]?.reason;
}
