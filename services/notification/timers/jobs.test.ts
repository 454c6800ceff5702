import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { create } from "@bufbuild/protobuf";
import { permissions } from "@lacio/permissions/table";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { until } from "@lacio/testkit/testing/until";
import { wasTold, write } from "../acts/tell.ts";
import { createApp, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import type { Note } from "../domain/notification.ts";
import { onAccountErased } from "../events/on-account-erased.ts";
import { startSmtpServer } from "../testing/smtp-server.ts";
import { jobs } from "./index.ts";
import { sendMail } from "./send-mail.ts";

let server: Awaited<ReturnType<typeof startSmtpServer>>;
let alone: Awaited<ReturnType<typeof startAlone>>;
let app: App;
const nobody = "http://127.0.0.1:1";
const startAlone = () =>
  startAppAlone(
    "notification",
    { permissions: permissions.notification, config: readConfig, database, createApp, jobs },
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
  alone.resetClock();
  await alone.sql("truncate notification, erased_recipient, job");
});

const words = { subject: "Cita", text: "Hola, Ana", html: "<p>Hola, Ana</p>" };

describe("a mail", () => {
  test("that is refused for now waits and is tried for ever, one that is refused for good is given up after some attempts, aloud", async () => {
    const [later, never] = [await told(), await told()];
    for (let attempt = 1; attempt <= 8; attempt++) {
      server.answer(later.email, "451 later");
      server.answer(never.email, "550 nobody here");
      const before = server.recipients.length;
      await alone.work();
      await alone.work(); // what waits is not tried before its time
      expect(server.recipients.length - before).toBe(attempt <= 6 ? 2 : 1);
      expect(await stateOf(later)).toMatchObject({ status: "PENDING" });
      expect(await stateOf(never)).toMatchObject({ status: attempt < 6 ? "PENDING" : "FAILED" });
      const waits = await waitOf(later);
      const [least, most] = [0.75, 1.25].map((share) => share * Math.min(600 * 2 ** (attempt - 1), 3_600));
      expect(waits).toBeGreaterThan(least! - 5);
      expect(waits).toBeLessThanOrEqual(most!);
      alone.wait(4_500);
    }
    expect(logged("error")).toEqual(["ALERT: a job is a dead letter now; it needs a person"]);
    await alone.work();
    expect(await stateOf(later)).toMatchObject({ status: "SENT" });
    expect(await stateOf(never)).toMatchObject({ status: "FAILED" });
    // The statement of the README that revives a dead letter.
    server.answer(never.email, "250 ok");
    await alone.sql("update job set dead_at = null, failures = 0, deaths = 0, tries = 0, at = now() where key = $1", [never.id]);
    await alone.work();
    expect(await stateOf(never)).toMatchObject({ status: "SENT" });
  });

  test("loses no attempt while the server is away, and arrives once when it is back", async () => {
    const people = await tellAll(25);
    await server.stopListening();
    try {
      await alone.work();
      expect(await alone.sql("select distinct status, failures from notification join job on key = id::text")).toEqual([
        { status: "PENDING", failures: 0 },
      ]);
      expect(logged("warn").length).toBeLessThan(people.length); // the rest is not even tried
    } finally {
      await server.listenAgain();
    }
    alone.wait(10);
    await alone.work();
    expect(server.taken.map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort());
  });

  test("goes out once though the database is away when it was sent", async () => {
    const { email, id } = await told();
    let away = 2;
    const transact: App["transact"] = (...asked) =>
      away-- > 0 ? Promise.reject(new Error("Client has encountered a connection error and is not queryable")) : app.transact(...asked);
    const turn = { over: new AbortController().signal, tries: 1, end: app.transact };
    await sendMail({ ...app, transact })(id, turn);
    expect(await stateOf({ id })).toMatchObject({ status: "SENT" });
    expect(server.taken.map(({ to }) => to)).toEqual([email]);
  });

  test("goes out though older ones wait for a PDF, a link or words that cannot be had", async () => {
    await tellAll(22, { attachments: [{ invoiceId: randomUUID(), filename: "FE1.pdf" }] });
    const welcome = await told({ kind: "welcome", mail: undefined });
    const impossible = await told({ kind: "booking_confirmed", mail: undefined });
    const good = await told();
    for (let turn = 0; turn < 4; turn++) {
      await alone.work(); // where a server is away, mails pause for a moment; then those go on that have not met it
      alone.wait(2);
    }
    expect(server.taken.map(({ to }) => to)).toEqual([good.email]);
    expect([await stateOf(welcome), await failuresOf(welcome)]).toMatchObject([{ status: "PENDING" }, 0]);
    expect([await stateOf(impossible), await failuresOf(impossible)]).toMatchObject([{ status: "PENDING" }, 1]);
  });

  test("about a visit goes out after the older ones that the same person gets about it, but does not wait for them for ever", async () => {
    const bookingId = randomUUID();
    const sent = noteOf({ kind: "refund_sent", bookingId, attachments: [{ invoiceId: randomUUID(), filename: "NC1.pdf" }] });
    const failed = noteOf({ kind: "refund_failed", bookingId, to: sent.to });
    const stylist = noteOf({ kind: "stylist_booking_cancelled", bookingId });
    await app.transact((tx) => write(app, tx, [sent, failed, stylist]));
    await alone.work(); // the PDF cannot be had
    alone.wait(2);
    await alone.work();
    expect(server.taken.map(({ to }) => to)).toEqual([stylist.to.email]);
    for (let minute = 0; minute < 11; minute++) {
      alone.wait(60);
      await alone.work();
    }
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
    const senders = [alone.worker(), alone.worker()];
    await Promise.all(senders.map((sender) => sender.drain()));
    await alone.work(); // jobs that were locked, and so skipped, when the other sender looked
    expect(server.taken.map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort());
    expect(await alone.sql("select distinct status from notification")).toEqual([{ status: "SENT" }]);
  });
});

describe("what the mail server says is in logs and jobs by its codes, never in its words:", () => {
  const words = "Luz Ñúñez <luz@example.com> lives here no more";
  test.each([
    [`550 5.1.1 ${words}`, "Error: SMTP 550 5.1.1 at RCPT TO (EENVELOPE)"],
    [`450 4.2.1 ${words}`, "Error: SMTP 450 4.2.1 at RCPT TO (EENVELOPE)"],
    [`451-4.3.2 ${words}\r\n451 4.3.2 ${words}`, "Error: SMTP 451 4.3.2 at RCPT TO (EENVELOPE)"],
    [`554 ${words}`, "Error: SMTP 554 at RCPT TO (EENVELOPE)"],
  ])("%j", async (answer, codes) => {
    const { email } = await told();
    server.answer(email, answer);
    await alone.work();
    expect(await alone.sql("select error from job")).toEqual([{ error: codes }]);
    expect(inspect([alone.logged, await alone.sql("select * from job")], { depth: 20 })).not.toMatch(/Luz|luz@|no more/);
  });

  test("a refusal of the message, and a server that is away", async () => {
    const { email } = await told();
    const holding = server.hold(email, `552 5.3.4 ${words}`);
    const sending = alone.work();
    await until(() => server.recipients.includes(email));
    holding.release();
    await sending;
    const seen = await alone.sql("select error from job");
    await server.stopListening();
    alone.wait(4_500);
    await alone.work();
    await server.listenAgain();
    seen.push(...(await alone.sql("select error from job")));
    expect(seen).toEqual([
      { error: "Error: SMTP 552 5.3.4 at DATA (EMESSAGE)" },
      { error: "Refusal: SMTP at CONN (ESOCKET ECONNREFUSED)" },
    ]);
    expect(inspect(alone.logged, { depth: 20 })).not.toMatch(/Luz|luz@|no more/);
  });
});

describe("a sender", () => {
  test("whose lease ended is taken over, with the same Message-ID; what it sent counts all the same", async () => {
    const one = await told();
    const holding = server.hold(one.email);
    const dead = alone.work();
    await until(() => server.taken.length > 0); // the whole mail, not its envelope alone
    await alone.work();
    expect(server.taken).toHaveLength(1); // accepted, though its answer is held back: the lease still counts
    alone.wait(60);
    await alone.work();
    const { message_id: id } = await stateOf(one);
    expect(server.taken.map(({ messageId }) => messageId)).toEqual([id, id]);
    expect(await stateOf(one)).toMatchObject({ status: "SENT" });
    holding.release();
    await dead;
    expect(await alone.sql("select 1 from job")).toEqual([]);
  });

  test.each([
    ["refused", "550 nobody here"],
    ["told to come later", "421 good night"],
  ])("whose lease ended long ago, and who wakes up and is %s, has no say any more", async (_, answer) => {
    const one = await told();
    const holding = server.hold(one.email, answer);
    const old = alone.work();
    await until(() => server.recipients.includes(one.email));
    await alone.sql("update job set claim = gen_random_uuid(), at = now() + interval '1 hour'"); // another replica's claim by now
    const theirs = await alone.sql("select * from job");
    holding.release();
    await old;
    expect(await alone.sql("select * from job")).toEqual(theirs);
  });
});

describe("somebody who was erased", () => {
  test("is not sent what still waits, is forgotten where a mail is on its way, and is told nothing more", async () => {
    const [waiting, going] = [await told(), await told()];
    const holding = server.hold(going.email);
    await postpone(waiting);
    const sending = alone.work();
    await until(() => server.recipients.includes(going.email));
    for (const { to } of [waiting, going, going])
      await onAccountErased(app)(create(AccountErasedSchema, { accountId: to }), (work) => app.transact(work));
    holding.release();
    await sending;
    await told({ to: { id: waiting.to, name: "Ana", email: waiting.email, locale: "es", emailVerified: true } });
    alone.wait(3_700);
    await alone.work();
    expect(server.recipients).toEqual([going.email]);
    const nothing = { status: "ERASED", name: "", address: "", subject: "", text: "", html: "" };
    expect(await alone.sql("select status, name, address, subject, text, html from notification")).toEqual([nothing, nothing]);
    expect(await alone.sql("select 1 from job")).toEqual([]);
  });

  test("is named in what their stylist is still told, and not in what is kept of it", async () => {
    const bookingId = randomUUID();
    const client = await told({ bookingId });
    const [sent, waiting] = [await told({ bookingId }), await told({ bookingId })];
    for (const one of [client, waiting]) await postpone(one);
    await alone.work();
    await onAccountErased(app)(create(AccountErasedSchema, { accountId: client.to }), (work) => app.transact(work));
    expect(await stateOf(waiting)).toMatchObject({ status: "PENDING", text: words.text });
    alone.wait(3_700);
    await alone.work();
    expect(server.taken.map(({ to }) => to)).toEqual([sent.email, waiting.email]);
    for (const one of [sent, waiting]) expect(await stateOf(one)).toMatchObject({ status: "SENT", subject: "Cita", text: "" });
  });

  test("is forgotten where a stylist was told of a visit before they were, and is named in nothing that is written later", async () => {
    const client = { id: randomUUID() };
    const sent = await told({ client });
    await alone.work();
    await onAccountErased(app)(create(AccountErasedSchema, { accountId: client.id }), (work) => app.transact(work));
    expect(await stateOf(sent)).toMatchObject({ status: "SENT", text: "" });
    await expect(told({ client })).rejects.toThrow(expect.objectContaining({ name: "ErasedMeanwhile" })); // users is asked again
    const erased = { id: client.id, erasedAt: timestampFromDate(new Date()) };
    expect(await stateOf(await told({ client: erased }))).toMatchObject({ status: "PENDING", text: words.text });
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
  const [row] = await alone.sql("select status, message_id, subject, text from notification where id = $1", [id]);
  return row!;
}

const postpone = ({ id }: { id: string }) => app.transact(async (tx) => tx.later("send-mail", id, { seconds: 3_600 }));
const failuresOf = async ({ id }: { id: string }) =>
  (await alone.sql<{ failures: number }>("select failures from job where key = $1", [id]))[0]?.failures;

async function waitOf({ id }: { id: string }): Promise<number> {
  const [job] = await alone.sql<{ at: Date }>("select at from job where key = $1", [id]);
  return (job!.at.getTime() - alone.now().getTime()) / 1_000;
}

const logged = (wanted: string) => alone.logged.filter(({ level }) => level === wanted).map(({ text }) => text);
