import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { until } from "@lacio/testkit/testing/until";
import { createApp, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import type { Note } from "../domain/notification.ts";
import { onAccountErased } from "../events/on-account-erased.ts";
import { write } from "../mailing/tell.ts";
import { wasTold } from "../mailing/was-told.ts";
import { startSmtpServer } from "../testing/smtp-server.ts";
import { sendMail } from "./send-mail.ts";

let server: Awaited<ReturnType<typeof startSmtpServer>>;
let alone: Awaited<ReturnType<typeof startAlone>>;
let app: App;
const nobody = "http://127.0.0.1:1";
const startAlone = () =>
  startAppAlone(
    "notification",
    { config: readConfig, database, createApp },
    {
      SMTP_URL: server.url,
      MAIL_FROM: "hola@lacio.test",
      PUBLIC_URL: "http://localhost",
      MAIL_RETRY_SECONDS: "600",
      INVOICE_URL: nobody,
      AUTH_URL: nobody,
    },
  );

beforeAll(async () => {
  server = await startSmtpServer();
  ({ app } = alone = await startAlone());
});
afterAll(async () => {
  app?.mailer.close();
  await alone?.stop();
  await server?.stop();
});
afterEach(async () => {
  server.forget();
  alone.logged.length = 0;
  await alone.sql("truncate notification, erased_recipient");
});

const words = { subject: "Cita", text: "Hola, Ana", html: "<p>Hola, Ana</p>" };

describe("a mail", () => {
  test("that is refused for now waits and is tried for ever, one that is refused for good is given up after some attempts, aloud", async () => {
    const [later, never] = [await told(), await told()];
    for (let attempt = 1; attempt <= 8; attempt++) {
      server.answer(later.email, "451 later");
      server.answer(never.email, "550 nobody here");
      const before = server.recipients.length;
      const [{ began }] = (await alone.sql("select now() as began")) as [{ began: Date }];
      await sendMail(app);
      await sendMail(app); // what waits is not tried before its time
      expect(server.recipients.length - before).toBe(attempt <= 6 ? 2 : 1);
      expect(await stateOf(later)).toMatchObject({ status: "PENDING", attempts: attempt });
      expect(await stateOf(never)).toMatchObject({ status: attempt < 6 ? "PENDING" : "FAILED", attempts: Math.min(attempt, 6) });
      const waits = "select next_attempt_at - make_interval(secs => $2) between $3 and now() as right from notification where id = $1";
      expect(await alone.sql(waits, [later.id, Math.min(600 * 2 ** (attempt - 1), 3_600), began])).toEqual([{ right: true }]);
      await allDue();
    }
    expect(logged("error")).toEqual(["a mail is given up"]);
    await sendMail(app);
    expect(await stateOf(later)).toMatchObject({ status: "SENT" });
    expect(await stateOf(never)).toMatchObject({ status: "FAILED" });
  });

  test("loses no attempt while the server is away, and arrives once when it is back", async () => {
    const people = await tellAll(25);
    await server.stopListening();
    try {
      await sendMail(app);
      expect(await alone.sql("select distinct status, attempts from notification")).toEqual([{ status: "PENDING", attempts: 0 }]);
      expect(logged("warn").length).toBeLessThan(people.length); // the rest is not even tried
    } finally {
      await server.listenAgain();
    }
    await allDue();
    await sendMail(app);
    expect(server.taken.map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort());
  });

  test("goes out once though the database is away when it was sent", async () => {
    const { email, id } = await told();
    let away = 2;
    const sql: App["db"]["sql"] = (text, ...rest) =>
      text.includes("status = 'SENT'") && away-- > 0
        ? Promise.reject(new Error("Client has encountered a connection error and is not queryable"))
        : app.db.sql(text, ...rest);
    await sendMail({ ...app, db: { ...app.db, sql } });
    expect(await stateOf({ id })).toMatchObject({ status: "SENT" });
    expect(server.taken.map(({ to }) => to)).toEqual([email]);
  });

  test("goes out though older ones wait for a PDF, a link or words that cannot be had", async () => {
    await tellAll(22, { attachments: [{ invoiceId: randomUUID(), filename: "FE1.pdf" }] });
    const welcome = await told({ kind: "welcome", mail: undefined });
    const impossible = await told({ kind: "booking_confirmed", mail: undefined });
    const good = await told();
    await sendMail(app); // a turn ends where somebody is away; the next one goes on behind those that wait
    await sendMail(app);
    expect(server.taken.map(({ to }) => to)).toEqual([good.email]);
    expect(await stateOf(welcome)).toMatchObject({ status: "PENDING", attempts: 0 });
    expect(await stateOf(impossible)).toMatchObject({ status: "PENDING", attempts: 1 });
  });

  test("about a visit goes out after the older ones that the same person gets about it, but does not wait for them for ever", async () => {
    const bookingId = randomUUID();
    const sent = noteOf({ kind: "refund_sent", bookingId, attachments: [{ invoiceId: randomUUID(), filename: "NC1.pdf" }] });
    const failed = noteOf({ kind: "refund_failed", bookingId, to: sent.to });
    const stylist = noteOf({ kind: "stylist_booking_cancelled", bookingId });
    await app.transact((tx) => write(app, tx, [sent, failed, stylist]));
    await sendMail(app); // the PDF cannot be had
    await sendMail(app);
    expect(server.taken.map(({ to }) => to)).toEqual([stylist.to.email]);
    await alone.sql("update notification set created_at = now() - interval '11 minutes' where kind = 'refund_sent'");
    await sendMail(app);
    expect(server.taken.map(({ to }) => to)).toEqual([stylist.to.email, failed.to.email]);
  });

  test("that a refund came back has its place behind the one that it went, however close they are", async () => {
    const [bookingId, refundId] = [randomUUID(), randomUUID()];
    const sent = noteOf({ kind: "refund_sent", bookingId });
    const failed = noteOf({ kind: "refund_failed", about: refundId, bookingId, to: sent.to });
    const [asked, decided] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = app.transact(async (tx) => {
      expect(await wasTold(tx, "refund_failed", refundId, sent.to)).toBe(false);
      asked.resolve();
      await decided.promise;
      await write(app, tx, [sent]);
    });
    await asked.promise;
    const second = app.transact((tx) => write(app, tx, [failed]));
    await until(async () => (await alone.sql("select 1 from pg_locks where locktype = 'advisory' and not granted")).length > 0);
    decided.resolve();
    await Promise.all([first, second]);
    expect(await alone.sql("select kind from notification order by id")).toEqual([{ kind: "refund_sent" }, { kind: "refund_failed" }]);
  });

  test("is sent once by two senders at once", async () => {
    const people = await tellAll(30);
    await alone.sql("begin");
    try {
      await alone.sql("select 1 from notification limit 10 for update"); // another sender's claim, in the making
      await sendMail(app);
      expect(server.taken).toHaveLength(people.length - 10);
    } finally {
      await alone.sql("rollback");
    }
    await Promise.all([sendMail(app), sendMail(app)]);
    expect(server.taken.map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort());
    expect(await alone.sql("select distinct status from notification")).toEqual([{ status: "SENT" }]);
  });
});

describe("a sender's lease", () => {
  test("keeps others off until it ends; whose sender died is taken over then, with the same Message-ID", async () => {
    const one = await told();
    const holding = server.hold(one.email);
    const dead = sendMail(app);
    await until(() => server.taken.length > 0); // the whole mail, not its envelope alone
    const [{ lease }] = (await alone.sql("select extract(epoch from next_attempt_at - now()) as lease from notification")) as [
      { lease: string },
    ];
    expect(Number(lease)).toBeGreaterThan(30);
    expect(Number(lease)).toBeLessThanOrEqual(90);
    await sendMail(app);
    expect(server.taken).toHaveLength(1); // taken, but not said so
    await alone.sql("update notification set next_attempt_at = now() - interval '1 second'");
    await sendMail(app);
    const { message_id: id } = await stateOf(one);
    expect(server.taken.map(({ messageId }) => messageId)).toEqual([id, id]);
    expect(await stateOf(one)).toMatchObject({ status: "SENT" });
    holding.release();
    await dead;
  });

  test.each([
    ["refused", "550 nobody here"],
    ["told to come later", "421 good night"],
  ])("that ended long ago gives a sender who wakes up, and is %s, no say any more", async (_, answer) => {
    const one = await told();
    const holding = server.hold(one.email, answer);
    const old = sendMail(app);
    await until(() => server.recipients.includes(one.email));
    await alone.sql("update notification set next_attempt_at = now() + interval '1 hour'"); // another one's lease by now
    const theirs = await stateOf(one);
    holding.release();
    await old;
    expect(await stateOf(one)).toEqual(theirs);
  });
});

describe("somebody who was erased", () => {
  test("is not sent what still waits, is forgotten where a mail is on its way, and is told nothing more", async () => {
    const [waiting, going] = [await told(), await told()];
    const holding = server.hold(going.email);
    await alone.sql("update notification set next_attempt_at = now() + interval '1 hour' where id = $1", [waiting.id]);
    const sending = sendMail(app);
    await until(() => server.recipients.includes(going.email));
    for (const { to } of [waiting, going, going])
      await onAccountErased(app)(create(AccountErasedSchema, { accountId: to }), (work) => app.transact(work));
    holding.release();
    await sending;
    await told({ to: { id: waiting.to, name: "Ana", email: waiting.email, locale: "es", emailVerified: true } });
    await allDue();
    await sendMail(app);
    expect(server.recipients).toEqual([going.email]);
    const nothing = { status: "ERASED", name: "", address: "", subject: "", text: "", html: "" };
    expect(await alone.sql("select status, name, address, subject, text, html from notification")).toEqual([nothing, nothing]);
  });

  test("is named in what their stylist is still told, and not in what is kept of it", async () => {
    const bookingId = randomUUID();
    const client = await told({ bookingId });
    const [sent, waiting] = [await told({ bookingId }), await told({ bookingId })];
    await alone.sql("update notification set next_attempt_at = now() + interval '1 hour' where id <> $1", [sent.id]);
    await sendMail(app);
    await onAccountErased(app)(create(AccountErasedSchema, { accountId: client.to }), (work) => app.transact(work));
    expect(await stateOf(waiting)).toMatchObject({ status: "PENDING", text: words.text });
    await allDue();
    await sendMail(app);
    expect(server.taken.map(({ to }) => to)).toEqual([sent.email, waiting.email]);
    for (const one of [sent, waiting]) expect(await stateOf(one)).toMatchObject({ status: "SENT", subject: "Cita", text: "" });
  });
});

test("the same news twice, also at once, is one mail; to another person, or about another thing, it is another", async () => {
  const note = noteOf();
  const others = [noteOf({ about: note.about }), { ...note, about: randomUUID() }];
  await Promise.all([note, note, note, ...others].map((one) => app.transact((tx) => write(app, tx, [one]))));
  await app.transact((tx) => write(app, tx, [note, note]));
  expect(await alone.sql("select 1 from notification")).toHaveLength(3);
});

function noteOf(wishes: Partial<Note> = {}): Note {
  const id = randomUUID();
  return {
    kind: "booking_confirmed",
    about: randomUUID(),
    to: { id, name: "Ana", email: `${id}@example.com`, locale: "es", emailVerified: true },
    mail: words,
    ...wishes,
  };
}

async function told(wishes: Partial<Note> = {}): Promise<{ id: string; to: string; email: string }> {
  const note = noteOf(wishes);
  await app.transact((tx) => write(app, tx, [note]));
  const [row] = await alone.sql<{ id: string }>("select id from notification where recipient_id = $1", [note.to.id]);
  return { id: row?.id ?? "", to: note.to.id, email: note.to.email };
}

async function tellAll(count: number, wishes: Partial<Note> = {}): Promise<{ email: string }[]> {
  const notes = Array.from({ length: count }, () => noteOf(wishes));
  await app.transact((tx) => write(app, tx, notes));
  return notes.map(({ to }) => to);
}

async function stateOf({ id }: { id: string }): Promise<Record<string, unknown>> {
  const [row] = await alone.sql("select status, attempts, next_attempt_at, message_id, subject, text from notification where id = $1", [
    id,
  ]);
  return row!;
}

const allDue = () => alone.sql("update notification set next_attempt_at = now() where status = 'PENDING'");
const logged = (wanted: string) => alone.logged.filter(({ level }) => level === wanted).map(({ text }) => text);
