import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { mails, sql, until } from "@lacio/testkit/testing";
import { quiet } from "./quiet.ts";
import { story, type Story } from "./reassignment/story.ts";
import { at, ensureNumbering, openSalon } from "./salon.ts";

const killed = ["booking", "reassignment", "notification"];
const failpoints = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-failpoints-"));
const failpointsOf = (service: string) => path.join(failpoints, service);
const patience = { timeoutMs: 60_000 };
let system: System;
let day = 3;

// No supervisor: what died stays dead until the test starts it again.
await beforeTests(
  async () => {
    system = await startSystem({
      fsync: false,
      env: { EVENT_ACK_WAIT_MS: "2000", ACCESS_TOKEN_MINUTES: "60" },
      serviceEnv: Object.fromEntries(
        killed.map((name) => [name, { LACIO_FAILPOINTS_FILE: failpointsOf(name), JOB_LEASE_SECONDS: "5", MAIL_LEASE_SECONDS: "5" }]),
      ),
    });
    await ensureNumbering(system);
  },
  async () => {
    await system?.stop();
    fs.rmSync(failpoints, { recursive: true });
  },
);

afterEach(async () => {
  for (const name of killed) if (!system.process(name).running) await startAgain(name);
});

const tell = async (): Promise<Story> => story(system, await openSalon(system, { stylists: 2 }), at(day++, "10:00"), {});

/** Does it with the failpoint armed, and starts the service again when it has died there. Who asked may have got no answer. */
async function dieAt(service: string, failpoint: string, deed: () => Promise<unknown>): Promise<void> {
  const process = system.process(service);
  fs.writeFileSync(failpointsOf(service), `${failpoint}=kill`);
  await Promise.all([deed().catch(() => undefined), until(() => !process.running, { timeoutMs: 30_000 })]);
  await startAgain(service);
}

async function startAgain(name: string): Promise<void> {
  fs.rmSync(failpointsOf(name), { force: true });
  const process = system.process(name);
  await until(() => process.restart().then(() => true), patience);
}

const stateIs = (visit: Story, state: string) => until(async () => (await visit.state()) === state, patience);

async function expectMoved(visit: Story, mostMails = 1): Promise<void> {
  await stateIs(visit, "MOVED");
  await quiet(system);
  expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: visit.staffIds[1] });
  expect(await visit.agendas()).toEqual([[], [visit.bookingId]]);
  expect(await visit.mailKinds()).toEqual(["booking_confirmed", "booking_reassigned", "reassignment_offer"]);
  const offers = (await mails(system, visit.client.email)).filter(({ text }) => text.includes("/links/cita?token="));
  expect(offers.length).toBeGreaterThan(0);
  expect(offers.length).toBeLessThanOrEqual(mostMails);
  const settled = "select 1 from outbox where subject = 'reassignment.settled' and key = $1";
  expect(await sql(system, "reassignment", settled, [await visit.lossId()])).toHaveLength(1);
}

test.each([
  ["booking", "booking.after_loss"],
  ["reassignment", "reassignment.before_case"],
  ["booking", "booking.after_hold_substitute"],
  ["reassignment", "reassignment.after_hold"],
  ["notification", "mail.after_accept"],
])("%s dies at %s, after the stylist has cancelled: the offer comes all the same", async (service, failpoint) => {
  const visit = await tell();
  await quiet(system); // or the mail of the confirmation would be the one that it dies after
  await dieAt(service, failpoint, () => visit.stylistCancels());
  const offer = await visit.offered();
  expect((await visit.byLink({ accept: offer.offerId })).status).toBe(200);
  await expectMoved(visit, service === "notification" ? 2 : 1); // the same mail twice: the same Message-ID
});

test.each([
  ["reassignment", "reassignment.after_answer"],
  ["booking", "booking.after_reassign"],
])("%s dies at %s: the client's answer is carried out", async (service, failpoint) => {
  const visit = await tell();
  await visit.stylistCancels();
  const offer = await visit.offered();
  await dieAt(service, failpoint, () => visit.byLink({ accept: offer.offerId }));
  await expectMoved(visit);
});

test("reassignment dies at the deadline: what the client prefers is done once", async () => {
  const visit = await tell();
  await visit.stylistCancels();
  await visit.offered();
  await dieAt("reassignment", "reassignment.at_deadline", () => visit.deadlinePasses());
  await stateIs(visit, "REFUNDED");
  await quiet(system);
  await visit.expectRefunded();
  expect(await visit.mailKinds()).toEqual(["booking_cancelled", "booking_confirmed", "reassignment_offer", "refund_sent"]);
});

test("reassignment is away at the deadline: the hold ends in time, and at the visit's start booking refunds", async () => {
  const visit = await tell();
  await visit.stylistCancels();
  await visit.offered();
  await system.process("reassignment").kill();
  await visit.deadlinePasses();
  await until(() => visit.freeAt(1));
  expect(await visit.status()).toBe("REASSIGNING");
  await sql(system, "booking", "update booking set starts_at = now() where id = $1", [visit.bookingId]);
  await sql(system, "booking", "update job set at = now() where kind = 'watch-lost-visit'");
  await until(async () => (await visit.status()) === "CANCELLED");
  await startAgain("reassignment");
  await stateIs(visit, "REFUNDED");
  await quiet(system);
  await visit.expectRefunded();
});
