import { describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { signUp, until } from "@lacio/testkit/testing";
import { price } from "./invariants.ts";
import { quiet } from "./quiet.ts";
import { reasonOf, rest, type RestError } from "./rest.ts";
import { at, ensureNumbering, openSalon } from "./salon.ts";
import { story, type Story } from "./reassignment/story.ts";

// Each story has a salon of its own: a stylist, who falls away, and the others who may take over.

let system: System;
await beforeTests(
  async () => {
    system = await startSystem({ fsync: false });
    await ensureNumbering(system);
  },
  () => system?.stop(),
);

let day = 3;
const tell = async (stylists: number, wish: { anyone?: boolean; preference?: "SUBSTITUTE" | "REFUND" } = {}): Promise<Story> =>
  story(system, await openSalon(system, { stylists }), at(day++, "10:00"), wish);

describe("a client who chose a stylist, and is offered another", () => {
  test("accepts by the mail's link: same time, the invoice untouched, both agendas right, one mail each", async () => {
    const visit = await tell(2);
    const invoices = await visit.invoices();
    await visit.stylistCancels("Estoy enferma");
    expect(await visit.status()).toBe("REASSIGNING");
    const offer = await visit.offered();
    expect(offer.mail.text).toContain("Estoy enferma");
    expect(offer.substitute).toBe(visit.staffIds[1]);
    expect(await visit.agendas()).toEqual([[], []]);
    expect(await visit.freeAt(1)).toBe(false); // held

    const answer = await visit.byLink({ accept: offer.offerId });
    expect([answer.status, answer.body.reassignment?.state]).toEqual([200, "MOVED"]);
    await quiet(system);
    expect(await visit.status()).toBe("CONFIRMED");
    expect(await visit.agendas()).toEqual([[], [visit.bookingId]]);
    expect(await visit.invoices()).toEqual(invoices);
    expect(await visit.mailKinds()).toEqual(["booking_confirmed", "booking_reassigned", "reassignment_offer"]);
    expect(await visit.stylistMailKinds()).toEqual([["stylist_booking_cancelled", "stylist_new_booking"], ["stylist_new_booking"]]);
    const events = await visit.calendar();
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(1);
    expect(events.at(-1)!.sequence).toBeGreaterThan(events[0]!.sequence);
    expect(events.at(-1)!.text).toContain(visit.staffNames[1]);

    // The same link again: it shows what is so, and the same answer changes nothing.
    expect((await visit.seenByLink()).body.reassignment).toMatchObject({
      state: "MOVED",
      bookingId: visit.bookingId,
      visit: { staffId: visit.staffIds[1], staffName: visit.staffNames[1] },
    });
    expect((await visit.byLink({ accept: offer.offerId })).status).toBe(200);
    const late = await visit.byLink({ decline: {} });
    expect([late.status, reasonOf(late)]).toEqual([400, "already_answered"]);
    await quiet(system);
    expect(await visit.mailKinds()).toEqual(["booking_confirmed", "booking_reassigned", "reassignment_offer"]);
  });

  test("declines: everything back, with a credit note and one mail about it", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    await visit.offered();
    const answer = await visit.byLink({ decline: {} });
    expect([answer.status, answer.body.reassignment?.state]).toEqual([200, "REFUNDED"]);
    await quiet(system);
    await visit.expectRefunded();
    expect(await visit.freeAt(1)).toBe(true);
    expect(await visit.mailKinds()).toEqual(["booking_cancelled", "booking_confirmed", "reassignment_offer", "refund_sent"]);
  });

  test("takes another time, with a stylist of her choice", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    await visit.offered();
    const start = new Date(visit.start.getTime() + 5 * 3_600_000).toISOString();
    const answer = await visit.signedIn({ choose: { start, staffId: visit.staffIds[0] } });
    expect([answer.status, answer.body.reassignment?.state]).toEqual([200, "RESCHEDULED"]);
    await quiet(system);
    expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: visit.staffIds[0], start: start.replace(".000Z", "Z") });
    expect(await visit.agendas()).toEqual([[visit.bookingId], []]);
    expect(await visit.freeAt(1)).toBe(true);
    expect(await visit.mailKinds()).toEqual(["booking_confirmed", "booking_rescheduled", "reassignment_offer"]);
  });

  test("whose time was taken meanwhile may choose again", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    const offer = await visit.offered();
    const later = new Date(visit.start.getTime() + 3 * 3_600_000);
    for (const staffId of visit.staffIds) await visit.otherClientBooks(later, staffId);
    const taken = await visit.signedIn({ choose: { start: later.toISOString() } });
    expect([taken.status, reasonOf(taken)]).toEqual([409, "slot_taken"]);
    expect((await visit.signedIn({ accept: offer.offerId })).status).toBe(200);
    await quiet(system);
    expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: visit.staffIds[1] });
  });

  test("who has another visit then is asked first; the link does not tell which", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    await visit.offered();
    const start = new Date(visit.start.getTime() + 3 * 3_600_000).toISOString();
    const own = await visit.booksToo(start, visit.staffIds[0]!);
    const choose = { start, staffId: visit.staffIds[1], refuseOverlap: true };
    const [byLink, signedIn] = [await visit.byLink({ choose }), await visit.signedIn({ choose })];
    expect([byLink, signedIn].map(reasonOf)).toEqual(["overlaps_own_visit", "overlaps_own_visit"]);
    expect(JSON.stringify(signedIn.body)).toContain(own);
    expect(JSON.stringify(byLink.body)).not.toContain(own);
    const taken = await visit.byLink({ choose: { ...choose, refuseOverlap: false } });
    expect([taken.status, taken.body.reassignment?.state]).toEqual([200, "RESCHEDULED"]);
    await quiet(system);
    expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: visit.staffIds[1] });
  });

  test("answers on two devices at once: one wins, the other is told so", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    const offer = await visit.offered();
    const answers = await Promise.all([visit.byLink({ accept: offer.offerId }), visit.signedIn({ decline: {} })]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(reasonOf)).toEqual(["already_answered"]);
    await quiet(system);
    const accepted = answers[0].status === 200;
    expect(await visit.status()).toBe(accepted ? "CONFIRMED" : "CANCELLED");
    if (!accepted) await visit.expectRefunded();
    const outcome = accepted ? ["booking_confirmed", "booking_reassigned"] : ["booking_cancelled", "booking_confirmed"];
    expect(await visit.mailKinds()).toEqual([...outcome, "reassignment_offer", ...(accepted ? [] : ["refund_sent"])]);
  });

  test.each(["REFUND", "SUBSTITUTE"] as const)("does not answer, and prefers %s", async (preference) => {
    const visit = await tell(2, { preference });
    await visit.stylistCancels();
    await visit.offered();
    await visit.deadlinePasses();
    await until(async () => (await visit.state()) === (preference === "REFUND" ? "REFUNDED" : "MOVED"));
    await quiet(system);
    if (preference === "REFUND") await visit.expectRefunded();
    else expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: visit.staffIds[1] });
    const late = await visit.byLink({ accept: crypto.randomUUID() });
    expect([late.status, reasonOf(late)]).toEqual([400, "already_answered"]);
  });

  test("loses the substitute, too: the next one is offered until the same deadline", async () => {
    const visit = await tell(3);
    await visit.stylistCancels();
    const first = await visit.offered();
    await visit.reportsAbsence(visit.staffIds.indexOf(first.substitute));
    const second = await visit.offeredAgain(first);
    expect(second.deadline).toBe(first.deadline);
    expect([first.substitute, second.substitute].sort()).toEqual(visit.staffIds.slice(1).sort());
    const old = await visit.byLink({ accept: first.offerId });
    expect([old.status, reasonOf(old)]).toEqual([400, "offer_changed"]);
    expect((await visit.byLink({ accept: second.offerId })).status).toBe(200);
    await quiet(system);
    expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: second.substitute });
    expect(await visit.mailKinds()).toEqual(["booking_confirmed", "booking_reassigned", "reassignment_offer", "reassignment_offer"]);
  });

  test("is offered other times when nobody is free at hers, and takes one", async () => {
    const visit = await tell(1);
    await visit.stylistCancels();
    const seen = await visit.asked("CHOOSING");
    expect(seen.reassignment?.offer).toBeUndefined();
    const [first] = seen.alternatives;
    expect(Date.parse(first!.start)).not.toBe(visit.start.getTime());
    expect((await visit.signedIn({ choose: { start: first!.start, staffId: first!.staffId } })).status).toBe(200);
    await quiet(system);
    expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", start: first!.start });
  });

  test("cancels instead, and gets everything back", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    await visit.offered();
    expect((await visit.mine.post(`/v1/bookings/${visit.bookingId}/cancel`)).status).toBe(200);
    await quiet(system);
    expect(await visit.state()).toBe("REFUNDED");
    await visit.expectRefunded();
  });
});

test("a client who asked for any stylist is moved at once, and told", async () => {
  const visit = await tell(2, { anyone: true });
  await visit.stylistCancels();
  await until(async () => (await visit.state()) === "MOVED");
  await quiet(system);
  expect(await visit.agendas()).toEqual(visit.chosen === 0 ? [[], [visit.bookingId]] : [[visit.bookingId], []]);
  expect(await visit.mailKinds()).toEqual(["booking_confirmed", "booking_reassigned"]);
});

describe("strangers", () => {
  test("neither see nor answer, with another account or an invented link", async () => {
    const visit = await tell(2);
    await visit.stylistCancels();
    const offer = await visit.offered();
    const stranger = rest(system, (await signUp(system)).accessToken);
    for (const answer of [
      await stranger.get(`/v1/bookings/${visit.bookingId}/alternatives`),
      await stranger.post(`/v1/bookings/${visit.bookingId}/reassignment`, { accept: offer.offerId }),
    ])
      expect([answer.status, reasonOf(answer)]).toEqual([404, "not_found"]);
    const invented = await rest(system).post("/v1/reassignments/by-link/answer", { token: "x".repeat(43), decline: {} });
    expect([invented.status, reasonOf(invented)]).toEqual([400, "link_invalid"]);
    expect(await visit.status()).toBe("REASSIGNING");
  });

  test("another stylist can't cancel it, in either name, nor the client as the stylist, nor anybody without a reason", async () => {
    const visit = await tell(2);
    const url = (n: number) => `/v1/staff/${visit.staffIds[n]}/bookings/${visit.bookingId}/cancel`;
    for (const n of [0, 1]) {
      const refused = await visit.stylists[1]!.patch(url(n), { reason: "Enferma" });
      expect([refused.status, reasonOf(refused)]).toEqual([404, "not_found"]);
    }
    expect((await visit.mine.patch(url(0), { reason: "Enferma" })).status).toBe(403);
    for (const body of [{}, { reason: "" }]) {
      const refused = await visit.stylists[0]!.patch<RestError>(url(0), body);
      const fields = refused.body.details.flatMap(({ fieldViolations = [] }) => fieldViolations.map(({ field }) => field));
      expect([refused.status, fields]).toEqual([400, ["reason"]]);
    }
    expect(await visit.status()).toBe("CONFIRMED");
  });
});

describe("an absence", () => {
  test("is previewed, reported, repeated and withdrawn", async () => {
    const visit = await tell(2);
    const report = {
      from: visit.start.toISOString(),
      until: new Date(visit.start.getTime() + 4 * 3_600_000).toISOString(),
      reason: "Enferma",
    };
    const url = `/v1/staff/${visit.staffIds[0]}/absences`;
    const [mine, other] = visit.stylists as [(typeof visit.stylists)[0], (typeof visit.stylists)[0]];
    expect((await other.post(url, report)).status).toBe(404);

    const preview = await mine.post<{ visits: object[] }>(url, { ...report, dryRun: true });
    const plan = { bookingId: visit.bookingId, plan: "OFFERED", substituteId: visit.staffIds[1], paid: { minorUnits: String(price) } };
    expect(preview.body.visits).toMatchObject([plan]);
    expect(await visit.status()).toBe("CONFIRMED");

    const reports = await Promise.all([1, 2].map(() => mine.post<{ absence: { id: string } }>(url, report)));
    expect(new Set(reports.map(({ body }) => body.absence.id)).size).toBe(1);
    await visit.asked("OFFERED");
    await quiet(system);
    expect(await visit.mailKinds()).toEqual(["booking_confirmed", "reassignment_offer"]);

    expect((await mine.delete(`${url}/${reports[0]!.body.absence.id}`)).status).toBe(200);
    await until(async () => (await visit.state()) === "KEPT");
    await quiet(system);
    expect(await visit.booking()).toMatchObject({ status: "CONFIRMED", staffId: visit.staffIds[0] });
    expect(await visit.agendas()).toEqual([[visit.bookingId], []]);
    expect(await visit.freeAt(1)).toBe(true);
    expect(await visit.mailKinds()).toEqual(["booking_confirmed", "reassignment_offer", "stylist_returned"]);
  });
});
