import { randomUUID } from "node:crypto";
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Handler } from "@lacio/chassis/consume";
import { Refusal, toConnectError, unavailable } from "@lacio/chassis/errors";
import { permissions } from "@lacio/permissions/table";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { Booking_Status, BookingSchema, BookingService, Cancellation_By as By } from "@lacio/proto/booking/v1/booking_service";
import {
  BookingCancelledSchema,
  BookingLostStylistSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
} from "@lacio/proto/booking/v1/events";
import { ReassignmentOfferedSchema } from "@lacio/proto/reassignment/v1/events";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { ProfileSchema, Profile_WhenStylistCancels as Preference, UsersService } from "@lacio/proto/users/v1/users_service";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { aLine } from "@lacio/testkit/booking-stand-in";
import { standInFor, type StandIn } from "@lacio/testkit/stand-in";
import { createApp, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import { startSmtpServer } from "../testing/smtp-server.ts";
import { jobs } from "../timers/index.ts";
import { onBookingCancelled } from "./on-booking-cancelled.ts";
import { onBookingReassigned } from "./on-booking-reassigned.ts";
import { onBookingRescheduled } from "./on-booking-rescheduled.ts";
import { onBookingLostStylist, onStylistReturned } from "./on-lost-stylist.ts";
import { onReassignmentOffered } from "./on-reassignment-offered.ts";

const { CONFIRMED, REASSIGNING, CANCELLED } = Booking_Status;
const profiles = new Map<string, MessageInitShape<typeof ProfileSchema>>();
const bookings = new Map<string, MessageInitShape<typeof BookingSchema>>();
const near = ["Valentina Ríos", "Sofía Peña"].map((staffName) => {
  const { start, end } = aLine();
  return { start: start!, end: end!, staffId: randomUUID(), staffName };
});
const asked: unknown[] = [];
const settled = new Set<string>();
const tokens: string[] = [];
let away = false;

let server: Awaited<ReturnType<typeof startSmtpServer>>;
let peers: StandIn;
let alone: Awaited<ReturnType<typeof startAppAlone<ReturnType<typeof readConfig>, App>>>;

beforeAll(async () => {
  server = await startSmtpServer();
  peers = await standInFor((router) => {
    router.service(UsersService, { getContact: ({ accountId }) => ({ profile: profiles.get(accountId)! }) });
    router.service(BookingService, { getBooking: ({ bookingId }) => ({ booking: bookings.get(bookingId)! }) });
    router.service(StaffService, { listServices: () => ({ services: [] }) });
    router.service(AvailabilityService, {
      findAlternatives: (request) => {
        asked.push(request);
        return { slots: near };
      },
    });
    router.service(ReassignmentService, {
      issueAnswerLink: ({ reassignmentId }) => {
        if (away) throw toConnectError(unavailable("away"));
        if (settled.has(reassignmentId)) throw toConnectError(new Refusal("already_settled", "It is over."));
        tokens.push(`secret-${randomUUID()}`);
        return { token: tokens.at(-1)! };
      },
    });
  });
  const { url } = peers;
  const urls = { USERS_URL: url, BOOKING_URL: url, STAFF_URL: url, AVAILABILITY_URL: url, REASSIGNMENT_URL: url };
  const env = { SMTP_URL: server.url, MAIL_FROM: "hola@lacio.test", PUBLIC_URL: "https://salon.example", ...urls };
  alone = await startAppAlone(
    "notification-events",
    { permissions: permissions.notification, config: readConfig, database, createApp, jobs },
    env,
  );
});
afterAll(async () => {
  alone?.app.mailer.close();
  await alone?.stop();
  await peers?.stop();
  await server?.stop();
});
afterEach(async () => {
  away = false;
  server.forget();
  tokens.length = asked.length = 0;
  alone.logged.length = 0;
  alone.resetClock();
  await alone.sql("truncate notification, job");
});

describe("the offer", () => {
  test("is mailed once, with links that a fresh token opens; what is kept leads to the booking's page, without it", async () => {
    const { client, bookingId, offered } = await lostVisit();
    await hear(onReassignmentOffered, ReassignmentOfferedSchema, offered);
    await alone.work();
    const [mail, ...more] = server.taken;
    expect([mail!.to, more]).toEqual([client.email, []]);
    const page = `https://salon.example/links/cita?token=${tokens[0]}&respuesta=`;
    const links = [...readable(mail!.source).matchAll(/^https:\S+/gm)].map(([url]) => url);
    expect(links).toEqual(["aceptar", "otra-hora", "devolver"].map((answer) => page + answer));
    expect(tokens).toHaveLength(1);
    expect(await alone.sql("select 1 from notification n where n::text like '%secret-%'")).toEqual([]);
    const [kept] = await notes(bookingId);
    expect(kept).toMatchObject({ kind: "reassignment_offer", status: "SENT", recipient_id: client.id });
    expect(kept!.text).toContain(`https://salon.example/reservas/${bookingId}?respuesta=aceptar`);
    expect(kept!.html).not.toContain("/links/cita");
  });

  test.each([
    [Preference.REFUND, "te devolvemos todo lo que pagaste"],
    [Preference.WHEN_STYLIST_CANCELS_UNSPECIFIED, "te devolvemos todo lo que pagaste"],
    [Preference.SUBSTITUTE, "te atiende Valentina Ríos"],
  ])("says what happens without an answer, by the preference %s of its client", async (whenStylistCancels, words) => {
    const { bookingId, offered } = await lostVisit({ whenStylistCancels });
    await hear(onReassignmentOffered, ReassignmentOfferedSchema, offered);
    const { text } = (await notes(bookingId))[0]!;
    expect(text).toContain(`Si no nos respondes, ${whenStylistCancels === Preference.SUBSTITUTE ? "" : "cancelamos la cita y "}${words}`);
    expect(text).toContain("Motivo: me enfermé");
  });

  test("of other times, when nobody is free, has no way to accept", async () => {
    const { bookingId, offered } = await lostVisit();
    await hear(onReassignmentOffered, ReassignmentOfferedSchema, { ...offered, offer: undefined, alternatives: near });
    const { text } = (await notes(bookingId))[0]!;
    expect(text).toContain("Opción 2: miércoles 2 de diciembre, 8:30 a. m., con Sofía Peña");
    expect([...text.matchAll(/respuesta=\S+/g)].map(String)).toEqual(["respuesta=otra-hora", "respuesta=devolver"]);
  });

  test("of another substitute is another mail", async () => {
    const { bookingId, offered } = await lostVisit();
    await hear(onReassignmentOffered, ReassignmentOfferedSchema, offered);
    await hear(onReassignmentOffered, ReassignmentOfferedSchema, { ...offered, offerId: randomUUID(), again: true });
    await alone.work();
    alone.wait(2);
    await alone.work();
    expect(await told(bookingId)).toEqual(["reassignment_offer SENT", "reassignment_offer SENT"]);
    expect(new Set(tokens).size).toBe(2);
  });

  test("that is heard of after the decision, or after the next loss, is not mailed", async () => {
    const { bookingId, offered, booking } = await lostVisit();
    for (const later of [{ status: CONFIRMED }, { loss: { ...booking.loss, lossId: randomUUID() } }]) {
      bookings.set(bookingId, { ...booking, ...later });
      await hear(onReassignmentOffered, ReassignmentOfferedSchema, offered);
    }
    expect(await notes(bookingId)).toEqual([]);
  });

  test("that is settled when its turn comes is dropped without a word: no mail, no dead letter, no alert", async () => {
    const { client, bookingId, offered, reassigned } = await lostVisit();
    away = true;
    await hear(onReassignmentOffered, ReassignmentOfferedSchema, offered);
    await hear(onBookingReassigned, BookingReassignedSchema, reassigned);
    await alone.work();
    expect(server.taken.map(({ to }) => to)).not.toContain(client.email); // the outcome waits behind the question
    away = false;
    settled.add(offered.reassignmentId);
    for (let turn = 0; turn < 2; turn++) {
      alone.wait(10);
      await alone.work();
    }
    expect(server.taken.filter(({ to }) => to === client.email)).toHaveLength(1);
    expect(await told(bookingId)).toEqual(["booking_reassigned SENT", "reassignment_offer DROPPED", "stylist_new_booking SENT"]);
    expect(await alone.sql("select 1 from job")).toEqual([]);
    expect(alone.logged.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("an outcome", () => {
  test("another stylist: the client hears why, what comes back, and gets a newer calendar file; the new stylist has a new visit", async () => {
    const { bookingId, client, lost, substitute, reassigned } = await lostVisit();
    const refund = { currencyCode: "COP", minorUnits: 2_000_000n };
    await hear(onBookingReassigned, BookingReassignedSchema, { ...reassigned, refund });
    const [toClient, toStylist, ...more] = await notes(bookingId);
    expect([toClient!.recipient_id, toStylist!.recipient_id, more]).toEqual([client.id, substitute.id, []]);
    expect(toClient).toMatchObject({ kind: "booking_reassigned", calendar: { bookingId, revision: 5, state: "CONFIRMED" } });
    expect(toClient!.text).toContain("Camila Rojas no podrá atenderte. Te atenderá Valentina Ríos");
    expect(toClient!.text).toContain("Motivo: me enfermé");
    expect(toClient!.text).toContain("de los $ 180.000 que pagaste te devolvemos $ 20.000");
    expect(toClient!.text).toContain("Precio: $ 160.000");
    expect(toStylist).toMatchObject({ kind: "stylist_new_booking" });
    expect((await alone.sql("select 1 from notification where recipient_id = $1", [lost.id])).length).toBe(0);
  });

  test("of a second loss is told like that of the first", async () => {
    const { bookingId, reassigned } = await lostVisit();
    await hear(onBookingReassigned, BookingReassignedSchema, reassigned);
    await hear(onBookingReassigned, BookingReassignedSchema, { ...reassigned, lossId: randomUUID(), revision: 8n });
    expect((await told(bookingId)).map((row) => row.split(" ")[0])).toEqual([
      ...["booking_reassigned", "booking_reassigned", "stylist_new_booking", "stylist_new_booking"],
    ]);
  });

  test.each(["who lost it", "another one"])("another time, with %s: who had lost it is not told of a move", async (who) => {
    const { bookingId, client, lost, substitute, booking, lossId, lines } = await lostVisit();
    const next = who === "another one" ? substitute : lost;
    bookings.set(bookingId, { ...booking, status: CONFIRMED });
    const moved = {
      bookingId,
      clientId: client.id,
      oldLines: lines,
      lines: [aLine(18_000_000n, next.id, next.name)],
      revision: 5n,
      lossId,
    };
    await hear(onBookingRescheduled, BookingRescheduledSchema, moved);
    const found = await notes(bookingId);
    expect(found.map(({ kind, recipient_id: to }) => [kind, to])).toEqual([
      ["booking_rescheduled", client.id],
      ["stylist_new_booking", next.id],
    ]);
    expect(found[0]).toMatchObject({ calendar: { revision: 5, state: "CONFIRMED" } });
  });

  test.each([
    [By.CLIENT, "Camila Rojas no podrá atenderte, y cancelamos tu cita como pediste."],
    [By.STYLIST, "Lo sentimos: Camila Rojas no podrá atenderte y tuvimos que cancelar tu cita.\n\nMotivo: me enfermé"],
  ])("the money, by %s: one mail to the client, none to the stylist", async (by, words) => {
    const { bookingId, client, booking, lossId, lines, paymentId } = await lostVisit();
    bookings.set(bookingId, { ...booking, status: CANCELLED, cancellation: { by } });
    const refund = lines[0]!.price;
    const cancelled = { bookingId, clientId: client.id, lines, by, paymentId, refund, revision: 5n, lossId };
    await hear(onBookingCancelled, BookingCancelledSchema, cancelled);
    const [note, ...more] = await notes(bookingId);
    expect([note!.kind, note!.recipient_id, more]).toEqual(["booking_cancelled", client.id, []]);
    expect(note!.text).toContain(words);
    expect(note!.text).toContain("Te devolvemos todo lo que pagaste: $ 180.000.");
    expect(asked).toEqual([]);
  });

  test.each([
    ["asked", 1],
    ["not asked", 0],
  ])("the stylist can come after all: news to a client who was %s", async (known, count) => {
    const { bookingId, client, booking, lossId, lines, offered } = await lostVisit();
    if (known === "asked") await hear(onReassignmentOffered, ReassignmentOfferedSchema, offered);
    bookings.set(bookingId, { ...booking, status: CONFIRMED });
    const returned = { bookingId, clientId: client.id, lossId, lines, revision: 5n };
    await hear(onStylistReturned, StylistReturnedSchema, returned);
    const found = (await notes(bookingId)).filter(({ kind }) => kind === "stylist_returned");
    expect(found).toHaveLength(count);
    for (const { recipient_id: to, text } of found) {
      expect(to).toBe(client.id);
      expect(text).toContain(" sí podrá atenderte: tu cita sigue como estaba.");
    }
  });
});

describe("a stylist who loses a visit", () => {
  test("by cancelling it is told so once; the client is not told yet", async () => {
    const { bookingId, lost, lostEvent } = await lostVisit();
    await hear(onBookingLostStylist, BookingLostStylistSchema, lostEvent);
    const [note, ...more] = await notes(bookingId);
    expect([note!.kind, note!.recipient_id, more]).toEqual(["stylist_booking_cancelled", lost.id, []]);
    expect(note!.text).toContain("Cancelaste esta cita.");
    expect(note!.text).toContain("Cliente: Ana Gómez");
  });

  test("by an absence saw it when reporting: no mail", async () => {
    const { bookingId, lostEvent } = await lostVisit();
    await hear(onBookingLostStylist, BookingLostStylistSchema, { ...lostEvent, absenceId: randomUUID(), absenceSize: 3 });
    expect(await notes(bookingId)).toEqual([]);
  });
});

test("a hold that the stylist takes away: the client gets the nearest times to book, the stylist nothing", async () => {
  const { bookingId, client, booking, lines, lost } = await lostVisit();
  bookings.set(bookingId, { ...booking, status: CANCELLED, cancellation: { by: By.STYLIST, reason: "me enfermé" } });
  const cancelled = { bookingId, clientId: client.id, lines, by: By.STYLIST, revision: 2n };
  await hear(onBookingCancelled, BookingCancelledSchema, cancelled);
  const [note, ...more] = await notes(bookingId);
  expect([note!.kind, note!.recipient_id, note!.calendar, more]).toEqual(["booking_cancelled", client.id, null, []]);
  expect(asked[0]).toMatchObject({ serviceId: lines[0]!.serviceId, staffId: lost.id, limit: 3 });
  const hour = encodeURIComponent("2026-12-02T13:30:00.000Z");
  for (const { staffId, staffName } of near) {
    const page = `https://salon.example/reservar/${lines[0]!.serviceId}?hora=${hour}&con=${staffId}`;
    expect(note!.text).toContain(`8:30 a. m., con ${staffName}:\n${page}`);
  }
});

/** A paid visit that Camila can't keep, Valentina who could, and the events that may follow. */
async function lostVisit(wishes: MessageInitShape<typeof ProfileSchema> = {}) {
  const person = (name: string, more = {}) => {
    const id = randomUUID();
    const profile = { id, name, email: `${id}@example.com`, locale: "es", emailVerified: true, ...more };
    profiles.set(id, profile);
    return profile;
  };
  const [client, lost, substitute] = [person("Ana Gómez", wishes), person("Camila Rojas"), person("Valentina Ríos")];
  const [bookingId, paymentId, lossId] = [randomUUID(), randomUUID(), randomUUID()];
  const lines = [aLine(18_000_000n, lost.id, lost.name)];
  const about = { bookingId, clientId: client.id };
  const booking = {
    ...{ ...about, paymentId, lines, status: REASSIGNING, policy: { freeUntilHours: 24, lateRefundPercent: 50 }, revision: 4n },
    loss: { lossId, staffId: lost.id, staffName: lost.name, reason: "me enfermé" },
  };
  bookings.set(bookingId, booking);
  const price = lines[0]!.price;
  const offered = {
    ...{ ...about, reassignmentId: lossId, offerId: randomUUID(), staffId: lost.id, staffName: lost.name, reason: "me enfermé" },
    offer: { offerId: randomUUID(), staffId: substitute.id, staffName: substitute.name, price },
    deadline: timestampFromDate(new Date("2026-12-01T23:00:00Z")),
  };
  const newLines = [aLine(18_000_000n, substitute.id, substitute.name)];
  const reassigned = { ...about, lossId, oldLines: lines, lines: newLines, paymentId, revision: 5n };
  const lostEvent = { ...about, lossId, staffId: lost.id, lines, price, reason: "me enfermé", revision: 3n };
  return { client, lost, substitute, bookingId, paymentId, lossId, lines, booking, offered, reassigned, lostEvent };
}

/** Twice, as another event each time: not even then may it be told twice. */
async function hear<S extends DescMessage>(handler: (app: App) => Handler<S>, schema: S, event: MessageInitShape<S>): Promise<void> {
  for (let n = 0; n < 2; n++) await handler(alone.app)(create(schema, event), (work) => alone.app.transact(work));
}

type Row = { kind: string; status: string; recipient_id: string; text: string; html: string; calendar: unknown };
const notes = (bookingId: string) => alone.sql<Row>("select * from notification where booking_id = $1 order by id", [bookingId]);
const told = async (bookingId: string) => (await notes(bookingId)).map(({ kind, status }) => `${kind} ${status}`).sort();

/** The mail's text part: quoted-printable, whose soft line breaks are gone already. */
const readable = (source: string) => {
  const [, part] = /Content-Type: text\/plain[^]*?\n\n([^]*?)\n--/.exec(source)!;
  return part!.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
};
