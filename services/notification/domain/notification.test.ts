import { expect, test } from "@jest/globals";
import { Notification } from "./notification.ts";

const now = new Date("2026-12-01T12:00:00Z");
const mail = { subject: "Cita", text: "Hola, Ana", html: "<p>Hola, Ana</p>" };

type Status = Notification["status"];
const note = (status: Status, erasedAt: Date | null = null) =>
  Object.assign(new Notification(), { subject: "", text: "antes", html: "<p>antes</p>", status, sentAt: null, erasedAt });

test.each<[Status, Status]>([
  ["PENDING", "SENT"],
  ["FAILED", "SENT"], // a person asked for it anew
  ["ERASED", "ERASED"],
])("a mail that is %s is %s when the mail server has taken it", (before, after) => {
  const sent = note(before);
  sent.markSent(mail, now);
  expect(sent).toMatchObject(after === "SENT" ? { ...mail, status: after, sentAt: now } : { text: "antes", status: after, sentAt: null });
});

test("a mail that is sent twice keeps its first time", () => {
  const sent = note("PENDING");
  sent.markSent(mail, now);
  sent.markSent(mail, new Date("2026-12-01T13:00:00Z"));
  expect(sent.sentAt).toEqual(now);
});

test.each<[Status, Status]>([
  ["PENDING", "FAILED"],
  ["SENT", "SENT"],
  ["ERASED", "ERASED"],
])("a mail that is %s is %s when it is given up", (before, after) => {
  const failed = note(before);
  failed.giveUp();
  expect(failed).toMatchObject({ status: after, text: "antes" });
});

test.each<[Status, Status]>([
  ["PENDING", "DROPPED"],
  ["SENT", "SENT"],
  ["FAILED", "FAILED"],
  ["ERASED", "ERASED"],
])("a mail that is %s is %s when it is no longer true", (before, after) => {
  const dropped = note(before);
  dropped.drop();
  expect(dropped).toMatchObject({ status: after, text: "antes" });
});

test.each<[Status, Date | null, boolean]>([
  ["PENDING", null, true],
  ["PENDING", now, true], // to a stylist, about a client who was erased
  ["FAILED", null, true],
  ["FAILED", now, false], // its text is gone
  ["SENT", null, false],
  ["DROPPED", null, false],
  ["ERASED", now, false],
])("a mail that is %s and was erased at %p can be sent: %p", (status, erasedAt, expected) => {
  expect(note(status, erasedAt).canBeSent()).toBe(expected);
});

test("of a mail to or about somebody who was erased no text is kept", () => {
  const [sent, failed] = [note("PENDING", now), note("PENDING", now)];
  sent.markSent(mail, now);
  failed.giveUp();
  expect(sent).toMatchObject({ status: "SENT", subject: "Cita", text: "", html: "" });
  expect(failed).toMatchObject({ status: "FAILED", text: "", html: "" });
});
