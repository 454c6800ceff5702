import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Handler, Once } from "@lacio/chassis/consume";
import type { Fact } from "@lacio/chassis/fact";
import {
  BookingCancelledSchema,
  BookingLostStylistSchema,
  BookingReassignedSchema,
  BookingRescheduledSchema,
  StylistReturnedSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import { permissions } from "@lacio/permissions/table";
import { ReassignmentOfferedSchema, ReassignmentSettledSchema } from "@lacio/proto/reassignment/v1/events";
import { Reassignment_State as State } from "@lacio/proto/reassignment/v1/reassignment_service";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { beforeTests } from "@lacio/testkit/before-tests";
import { refusal } from "@lacio/testkit/testing";
import { toConnectError } from "@lacio/chassis/errors";
import fc from "fast-check";
import { giveAnswer, type Given } from "../acts/give-answer.ts";
import { createApp, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { subscriptions } from "../events/index.ts";
import { hour, refused, type Visit } from "../testing/booking.ts";
import { openSalon, stylist, type Salon } from "../testing/salon.ts";
import { jobs } from "./index.ts";

let salon: Salon;
let alone: Awaited<ReturnType<typeof startAlone>>;
let app: App;
const startAlone = () =>
  startAppAlone("reassignment", { permissions: permissions.reassignment, config: readConfig, database, createApp, jobs }, salon.env);
await beforeTests(
  async () => {
    salon = await openSalon();
    ({ app } = alone = await startAlone());
  },
  async () => {
    await alone?.stop();
    await salon?.stop();
  },
);

beforeEach(async () => {
  alone.resetClock();
  salon.booking.cannot.clear();
  salon.booking.state.trouble = undefined;
  await alone.sql("truncate job");
  await alone.sql("update reassignment set state = 'KEPT', settled_at = now() where settled_at is null"); // of earlier tests
});

/** Hands a fact to its handler as the broker would; with the same id it is a redelivery. */
async function deliver(told: Fact, id = randomUUID()): Promise<void> {
  const schemas = [
    ...[BookingLostStylistSchema, SubstituteReleasedSchema, BookingReassignedSchema, BookingRescheduledSchema],
    ...[BookingCancelledSchema, StylistReturnedSchema],
  ];
  const schema = schemas.find(({ typeName }) => typeName === told.type)!;
  const { handle } = subscriptions(app).find((one) => one.schema === schema)!;
  const once: Once = (work) =>
    app.transact(async (tx) => {
      const row = "insert into inbox (event_id, subject) values ($1, $2) on conflict do nothing returning 1";
      return (await tx.sql(row, [id, told.subject])).length > 0 ? work(tx) : undefined;
    });
  await (handle as Handler<typeof schema>)(fromBinary(schema, told.payload), once);
}

/** The stylists of these visits can't come; what follows from it at once is done. */
async function lose(...visits: Visit[]): Promise<void> {
  for (const visit of visits) await deliver(visit.lose());
  await alone.work();
}

const caseOf = ({ lossId }: Visit) => app.db.read().findOneOrFail(Reassignment, { id: lossId });
const stateOf = async (visit: Visit) => (await caseOf(visit)).state;

async function told<S extends typeof ReassignmentOfferedSchema | typeof ReassignmentSettledSchema>(schema: S, { lossId }: Visit) {
  const rows = await alone.sql<{ payload: Buffer }>("select payload from outbox where type = $1 and key = $2 order by id", [
    schema.typeName,
    lossId,
  ]);
  return rows.map(({ payload }) => fromBinary(schema, payload));
}
const offers = (visit: Visit) => told(ReassignmentOfferedSchema, visit);
const outcomes = async (visit: Visit) => (await told(ReassignmentSettledSchema, visit)).map(({ outcome }) => State[outcome]);

const decline: Given = { case: "decline", value: { $typeName: "lacio.reassignment.v1.Decline" } };
const accept = async (visit: Visit): Promise<Given> => ({ case: "accept", value: (await caseOf(visit)).offerId! });
/** The process that takes the answer dies before it asks booking: the answer is left to the job. */
const chooseAndDie = (visit: Visit, hours: number, staffId: string) =>
  app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id: visit.lossId });
    reassignment.choose({ start: new Date(visit.start.getTime() + hours * hour), staffId, refuseOverlap: true }, alone.now());
    tx.later("decide", visit.lossId, { seconds: 5 });
  });
const choose = (visit: Visit, hours: number, staffId: string, refuseOverlap = true): Given => ({
  case: "choose",
  value: {
    $typeName: "lacio.reassignment.v1.Choose",
    start: timestampFromDate(new Date(visit.start.getTime() + hours * hour)),
    staffId,
    refuseOverlap,
  },
});
const answer = (visit: Visit, given: Given) => giveAnswer(app, visit.lossId, given);
const reasonOf = (work: Promise<unknown>) => refusal(work.catch((error: unknown) => Promise.reject(toConnectError(error))));
const away = () => {
  throw new ConnectError("away", Code.Unavailable);
};
const ended = (visit: Visit) => visit.outcomes.map(({ what, lossId }) => (lossId === visit.lossId ? what : `${what}, by another loss`));
const untilDeadline = async (visit: Visit) => alone.wait(((await caseOf(visit)).deadline.getTime() - alone.now().getTime()) / 1_000);

/** An offered visit with one substitute. */
async function offered(wish: Partial<Parameters<Salon["visit"]>[0]> = {}) {
  const camila = stylist("Camila");
  const visit = salon.visit({ candidates: [camila], ...wish });
  await lose(visit);
  return { visit, camila };
}

describe("a visit that lost its stylist", () => {
  test("is offered to the client with a substitute, who is held until the deadline", async () => {
    const { visit, camila } = await offered();
    const reassignment = await caseOf(visit);
    expect(reassignment).toMatchObject({ state: "OFFERED", offerStaffId: camila.staffId, staffId: visit.staffId });
    expect(reassignment.deadline.getTime()).toBe(reassignment.openedAt.getTime() + 12 * hour);
    expect(visit.held).toEqual({ staffId: camila.staffId, until: reassignment.deadline });
    expect(await offers(visit)).toMatchObject([
      { again: false, offerId: reassignment.offerId, offer: { staffId: camila.staffId }, alternatives: [] },
    ]);
    expect(salon.asked.preferences).not.toContain(visit.clientId);
  });

  test("is offered once, though the event comes twice", async () => {
    const visit = salon.visit({ candidates: [stylist("Camila")] });
    const lost = visit.lose();
    const id = randomUUID();
    for (const event of [id, id, randomUUID()]) await deliver(lost, event);
    await alone.work();
    expect(await offers(visit)).toHaveLength(1);
  });

  test("of a client who had asked for any stylist is moved at once, and the client gets a cheaper one's difference", async () => {
    const camila = stylist("Camila", 800n);
    const visit = salon.visit({ candidates: [camila], anyStaff: true });
    await lose(visit);
    expect(ended(visit)).toEqual([`moved to ${camila.staffId}`]);
    expect(visit.outcomes[0]!.paid).toBe(800n);
    expect([await stateOf(visit), await outcomes(visit), await offers(visit)]).toEqual(["MOVED", ["MOVED"], []]);
  });

  test("for which nobody is free, or only somebody dearer, is offered the three nearest other times", async () => {
    const visit = salon.visit({ candidates: [stylist("Diana", 1001n)] });
    await lose(visit);
    expect(await stateOf(visit)).toBe("CHOOSING");
    const [offer] = await offers(visit);
    expect(offer!.offer).toBeUndefined();
    const hours = offer!.alternatives.map(({ start }) => (timestampDate(start!).getTime() - visit.start.getTime()) / hour);
    expect(hours).toEqual([1, 2, 3]);
  });

  test.each([
    ["wishes a substitute: it is moved", When.SUBSTITUTE, true, "MOVED"],
    ["wishes a substitute, but nobody is free: it is refunded", When.SUBSTITUTE, false, "REFUNDED"],
    ["wishes nothing else: it is refunded", When.REFUND, true, "REFUNDED"],
  ])("too late to ask, of a client who %s", async (_, wish, somebody, outcome) => {
    const visit = salon.visit({ in: 2, wish, candidates: somebody ? [stylist("Camila")] : [] });
    await lose(visit);
    expect([await outcomes(visit), await offers(visit), visit.outcomes.length]).toEqual([[outcome], [], 1]);
    expect(salon.asked.preferences.includes(visit.clientId)).toBe(somebody);
  });

  test("and refunded anyway takes no stylist from another", async () => {
    const camila = stylist("Camila");
    const [refunded, moved] = [
      salon.visit({ in: 1, wish: When.REFUND, candidates: [camila] }),
      salon.visit({ in: 2, wish: When.SUBSTITUTE, candidates: [camila] }),
    ];
    await lose(refunded, moved);
    expect([await stateOf(refunded), await stateOf(moved)]).toEqual(["REFUNDED", "MOVED"]);
  });

  test("is planned again without the stylist whom booking refuses", async () => {
    const [camila, diana] = [stylist("Camila"), stylist("Diana")];
    for (const [index, reason] of ["slot_taken", "not_working_then", "skill_missing"].entries()) {
      salon.booking.cannot.set(camila.staffId, reason);
      const visit = salon.visit({ candidates: [camila, diana], anyStaff: index === 1 });
      await lose(visit);
      if (index === 1) expect(ended(visit)).toEqual([`moved to ${diana.staffId}`]);
      else expect([visit.held?.staffId, (await offers(visit)).map(({ again }) => again)]).toEqual([diana.staffId, [false]]);
    }
  });

  test("waits while booking is away, and loses nothing", async () => {
    salon.booking.state.trouble = away;
    const { visit, camila } = await offered();
    expect([await stateOf(visit), await offers(visit)]).toEqual(["SEARCHING", []]);
    salon.booking.state.trouble = undefined;
    alone.wait(10);
    await alone.work();
    expect([await stateOf(visit), visit.held?.staffId]).toEqual(["OFFERED", camila.staffId]);
  });

  test("is not asked about again and again while booking is away: two calls in vain end the run", async () => {
    const visits = ["Ana", "Eva", "Luz"].map((name) => salon.visit({ candidates: [stylist(name)] }));
    salon.booking.state.trouble = away;
    const before = salon.booking.state.commands.length;
    await lose(...visits);
    expect(new Set(salon.booking.state.commands.slice(before)).size).toBe(2); // each call is tried three times
    salon.booking.state.trouble = undefined;
    alone.wait(10);
    await alone.work();
    expect(await Promise.all(visits.map(stateOf))).toEqual(["OFFERED", "OFFERED", "OFFERED"]);
  });

  test.each([
    ["fails", Code.Internal],
    ["takes too long", Code.DeadlineExceeded],
  ])("does not wait for another that %s", async (_, code) => {
    const [bad, good] = [salon.visit({ candidates: [stylist("Ana")] }), salon.visit({ candidates: [stylist("Eva")] })];
    salon.booking.state.trouble = () => {
      if (salon.booking.state.commands.at(-1) === `hold ${bad.bookingId}`) throw refused("some_reason", code);
    };
    await lose(bad, good);
    expect([await stateOf(bad), await stateOf(good)]).toEqual(["SEARCHING", "OFFERED"]);
    salon.booking.state.trouble = undefined;
    alone.wait(10);
    await alone.work();
    expect(await stateOf(bad)).toBe("OFFERED");
  });
});

describe("the client's answer", () => {
  test("accept: the visit is the substitute's, told once, also when booking's fact comes twice", async () => {
    const { visit, camila } = await offered();
    const reassignment = await answer(visit, await accept(visit));
    expect([reassignment.state, ended(visit)]).toEqual(["MOVED", [`moved to ${camila.staffId}`]]);
    for (const id of [randomUUID(), randomUUID()]) await deliver(visit.outcomes[0]!.fact, id);
    expect(await outcomes(visit)).toEqual(["MOVED"]);
    expect(await alone.sql("select 1 from job where kind = 'decide' and key = $1", [visit.lossId])).toEqual([]);
  });

  test("decline: the visit is cancelled and refunded as the client's decision", async () => {
    const { visit } = await offered();
    expect((await answer(visit, decline)).state).toBe("REFUNDED");
    expect(visit.outcomes).toMatchObject([{ what: "refunded", declined: true }]);
  });

  test("another time: the visit is moved there", async () => {
    const { visit } = await offered();
    const luisa = stylist("Luisa");
    expect((await answer(visit, choose(visit, 24, luisa.staffId))).state).toBe("RESCHEDULED");
    expect(ended(visit)).toEqual([`rescheduled to ${luisa.staffId}`]);
  });

  test("another stylist at the same start: the visit is moved to her", async () => {
    const { visit } = await offered();
    expect((await answer(visit, choose(visit, 0, stylist("Luisa").staffId))).state).toBe("MOVED");
  });

  test("another time that is taken: the refusal is booking's own, and the client may choose again, or accept after all", async () => {
    const { visit } = await offered();
    const luisa = stylist("Luisa");
    salon.booking.cannot.set(luisa.staffId, "slot_taken");
    expect(await reasonOf(answer(visit, choose(visit, 24, luisa.staffId)))).toBe("AlreadyExists slot_taken");
    expect(await caseOf(visit)).toMatchObject({ state: "OFFERED", answer: null });
    expect((await answer(visit, await accept(visit))).state).toBe("MOVED");
  });

  test("another time at which the client has another visit: refused if so asked, also by the job", async () => {
    const { visit } = await offered();
    const luisa = stylist("Luisa");
    salon.booking.overlapping.add(visit);
    expect(await reasonOf(answer(visit, choose(visit, 24, luisa.staffId)))).toBe("FailedPrecondition overlaps_own_visit");
    expect(await caseOf(visit)).toMatchObject({ state: "OFFERED", answer: null });
    await chooseAndDie(visit, 24, luisa.staffId);
    alone.wait(10);
    await alone.work();
    expect([(await caseOf(visit)).answer, ended(visit)]).toEqual([null, []]);
    const { visit: other } = await offered();
    salon.booking.overlapping.add(other);
    expect((await answer(other, choose(other, 24, luisa.staffId, false))).state).toBe("RESCHEDULED");
  });

  test("an offer whose substitute booking refuses is offer_changed, and the next one is asked with the same deadline", async () => {
    const { visit, camila } = await offered();
    const { deadline } = await caseOf(visit);
    const diana = stylist("Diana");
    salon.isFree(visit, camila, diana);
    salon.booking.cannot.set(camila.staffId, "slot_taken");
    const first = await accept(visit);
    expect(await reasonOf(answer(visit, first))).toBe("FailedPrecondition offer_changed");
    await alone.work();
    expect(await caseOf(visit)).toMatchObject({ state: "OFFERED", offerStaffId: diana.staffId, deadline, answer: null });
    expect((await offers(visit)).map(({ again }) => again)).toEqual([false, true]);
    expect(await reasonOf(answer(visit, first))).toBe("FailedPrecondition offer_changed");
  });

  test("again is the same answer, also after the end; another one is already_answered", async () => {
    const { visit } = await offered();
    const yes = await accept(visit);
    expect((await answer(visit, yes)).state).toBe("MOVED");
    expect((await answer(visit, yes)).state).toBe("MOVED");
    for (const other of [decline, choose(visit, 24, "")])
      expect(await reasonOf(answer(visit, other))).toBe("FailedPrecondition already_answered");
    expect(visit.outcomes).toHaveLength(1);
  });

  test("the same one several times at once is one answer, and so is its repetition after the end", async () => {
    const [overlapping, free] = [stylist("Luisa"), stylist("Rosa")];
    const all: ((visit: Visit) => Given | Promise<Given>)[] = [accept, () => decline, (visit) => choose(visit, 24, free.staffId)];
    for (const given of all) {
      const { visit } = await offered();
      const one = await given(visit);
      const ends = await Promise.all(Array.from({ length: 5 }, () => reasonOf(answer(visit, one))));
      expect([...ends, await reasonOf(answer(visit, one))]).toEqual(Array.from({ length: 6 }, () => "not refused"));
      expect([visit.outcomes.length, (await outcomes(visit)).length]).toEqual([1, 1]);
    }
    const { visit } = await offered();
    salon.booking.overlapping.add(visit);
    const anyway = choose(visit, 24, overlapping.staffId, false);
    const ends = [choose(visit, 24, overlapping.staffId), anyway].map((one) => reasonOf(answer(visit, one)));
    expect((await Promise.all(ends))[1]).toBe("not refused");
    expect(await reasonOf(answer(visit, anyway))).toBe("not refused");
  });

  test("with another one on its way, which booking then refuses, counts", async () => {
    for (let round = 0; round < 5; round++) {
      const { visit } = await offered();
      const luisa = stylist("Luisa");
      salon.booking.cannot.set(luisa.staffId, "slot_taken");
      const refusedOne = answer(visit, choose(visit, 24, luisa.staffId));
      const ends = [reasonOf(refusedOne), reasonOf(answer(visit, decline))];
      expect((await Promise.all(ends))[1]).toBe("not refused");
      expect(ended(visit)).toEqual(["refunded"]);
    }
  });

  test("two at once: one wins, and there is one outcome", async () => {
    for (let round = 0; round < 5; round++) {
      const { visit } = await offered();
      const given = [await accept(visit), decline, choose(visit, 24, stylist("Luisa").staffId)];
      const ends = await Promise.all(given.map((one) => reasonOf(answer(visit, one))));
      expect(ends.toSorted()).toEqual(["FailedPrecondition already_answered", "FailedPrecondition already_answered", "not refused"]);
      expect([visit.outcomes.length, (await outcomes(visit)).length]).toEqual([1, 1]);
    }
  });

  test("while booking is away is kept, and carried out later, once", async () => {
    const { visit } = await offered();
    salon.booking.state.trouble = away;
    const reassignment = await answer(visit, decline);
    expect([reassignment.state, reassignment.answer]).toEqual(["OFFERED", { kind: "DECLINE" }]);
    expect(await reasonOf(answer(visit, await accept(visit)))).toBe("FailedPrecondition already_answered");
    alone.wait(10);
    await alone.work();
    expect(await stateOf(visit)).toBe("OFFERED");
    salon.booking.state.trouble = undefined;
    alone.wait(10);
    await alone.work();
    expect([await outcomes(visit), ended(visit)]).toEqual([["REFUNDED"], ["refunded"]]);
  });

  test("that the job can't carry out is taken back, and the deadline counts again", async () => {
    const { visit } = await offered({ wish: When.REFUND });
    const luisa = stylist("Luisa");
    await chooseAndDie(visit, 24, luisa.staffId);
    salon.booking.cannot.set(luisa.staffId, "not_working_then");
    alone.wait(10);
    await alone.work();
    expect(await caseOf(visit)).toMatchObject({ state: "OFFERED", answer: null });
    await untilDeadline(visit);
    await alone.work();
    expect(ended(visit)).toEqual(["refunded"]);
  });

  test("of another time is taken back while booking is away: the client, who is told so, may answer anew", async () => {
    const { visit } = await offered();
    salon.booking.state.trouble = away;
    expect(await reasonOf(answer(visit, choose(visit, 24, stylist("Luisa").staffId)))).toBe("Unavailable unavailable");
    expect(await caseOf(visit)).toMatchObject({ state: "OFFERED", answer: null });
    salon.booking.state.trouble = undefined;
    await answer(visit, await accept(visit));
    expect(await outcomes(visit)).toEqual(["MOVED"]);
  });

  test("is refused when booking has moved on: its fact settles the case", async () => {
    const { visit } = await offered();
    visit.cancel();
    expect(await reasonOf(answer(visit, await accept(visit)))).toBe("FailedPrecondition already_answered");
    expect(await stateOf(visit)).toBe("OFFERED");
    await deliver(visit.outcomes[0]!.fact);
    expect([await outcomes(visit), ended(visit)]).toEqual([["REFUNDED"], ["refunded"]]);
  });
});

describe("at the deadline", () => {
  test.each([
    ["REFUND", When.REFUND, "REFUNDED"],
    ["SUBSTITUTE", When.SUBSTITUTE, "MOVED"],
  ])("without an answer the client's wish decides: %s", async (_, wish, outcome) => {
    const { visit } = await offered({ wish });
    await untilDeadline(visit);
    alone.wait(-1);
    await alone.work();
    expect(await stateOf(visit)).toBe("OFFERED");
    alone.wait(1);
    expect(await reasonOf(answer(visit, decline))).toBe("FailedPrecondition already_answered");
    await alone.work();
    expect([await outcomes(visit), visit.outcomes.length]).toEqual([[outcome], 1]);
    if (outcome === "REFUNDED") expect(visit.outcomes[0]!.declined).toBe(false);
    expect(await reasonOf(answer(visit, decline))).toBe("FailedPrecondition already_answered");
  });

  test.each([
    ["there is one by now", true, "MOVED"],
    ["there is none", false, "REFUNDED"],
  ])("a client who wishes a substitute where nobody was free: %s", async (_, somebody, outcome) => {
    const visit = salon.visit({ candidates: [], wish: When.SUBSTITUTE });
    await lose(visit);
    if (somebody) salon.isFree(visit, stylist("Camila"));
    await untilDeadline(visit);
    await alone.work();
    expect([await outcomes(visit), visit.outcomes.length]).toEqual([[outcome], 1]);
  });

  test("a substitute who is gone is followed by the next whom booking accepts, and by a refund when nobody is left", async () => {
    const [camila, diana, eva] = [stylist("Camila"), stylist("Diana"), stylist("Eva")];
    const lucky = salon.visit({ candidates: [camila, diana, eva], wish: When.SUBSTITUTE });
    const unlucky = salon.visit({ candidates: [camila, diana], wish: When.SUBSTITUTE });
    await lose(lucky, unlucky);
    for (const gone of [camila, diana]) salon.booking.cannot.set(gone.staffId, "slot_taken");
    await untilDeadline(unlucky);
    await alone.work();
    expect([ended(lucky), ended(unlucky)]).toEqual([[`moved to ${eva.staffId}`], ["refunded"]]);
  });

  test("an answer that came in time counts, though it is carried out later", async () => {
    const { visit, camila } = await offered({ wish: When.REFUND });
    salon.booking.state.trouble = away;
    await answer(visit, await accept(visit));
    salon.booking.state.trouble = undefined;
    await untilDeadline(visit);
    await alone.work();
    expect(ended(visit)).toEqual([`moved to ${camila.staffId}`]);
  });
});

describe("a substitute who can't come, either", () => {
  test("is followed by the next, with the same deadline; the client is asked again", async () => {
    const { visit, camila } = await offered();
    const { deadline } = await caseOf(visit);
    const diana = stylist("Diana");
    salon.isFree(visit, camila, diana);
    alone.wait(3_600);
    const released = visit.release(true);
    for (const id of [randomUUID(), randomUUID()]) {
      await deliver(released, id);
      await alone.work();
    }
    expect(await caseOf(visit)).toMatchObject({ state: "OFFERED", offerStaffId: diana.staffId, deadline, passedOver: [camila.staffId] });
    expect(visit.held).toEqual({ staffId: diana.staffId, until: deadline });
    expect((await offers(visit)).map(({ again, offer }) => [again, offer?.staffId])).toEqual([
      [false, camila.staffId],
      [true, diana.staffId],
    ]);
  });

  test("of whom another one is left: other times are offered again", async () => {
    const { visit } = await offered();
    await deliver(visit.release(true));
    await alone.work();
    expect(await stateOf(visit)).toBe("CHOOSING");
    expect((await offers(visit)).map(({ again, alternatives }) => [again, alternatives.length])).toEqual([
      [false, 0],
      [true, 3],
    ]);
  });

  test("a hold that merely ended changes nothing: the deadline decides", async () => {
    const { visit, camila } = await offered({ wish: When.SUBSTITUTE });
    await deliver(visit.release(false));
    await alone.work();
    expect(await stateOf(visit)).toBe("OFFERED");
    await untilDeadline(visit);
    await alone.work();
    expect(ended(visit)).toEqual([`moved to ${camila.staffId}`]);
  });
});

describe("an absence", () => {
  test("is planned when all its visits are known, and keeps as many as any plan could", async () => {
    const [camila, diana] = [stylist("Camila"), stylist("Diana")];
    const start = { in: 1_000 };
    const [both, one] = [salon.visit({ ...start, candidates: [camila, diana] }), salon.visit({ ...start, candidates: [camila] })];
    const absence = { absenceId: randomUUID(), absenceSize: 2 };
    await deliver(both.lose(absence));
    await alone.work();
    expect(await stateOf(both)).toBe("SEARCHING");
    const single = salon.visit({ candidates: [stylist("Eva")] });
    await lose(single);
    expect([await stateOf(single), await stateOf(both)]).toEqual(["OFFERED", "SEARCHING"]);
    await deliver(one.lose(absence));
    await alone.work();
    expect([both.held?.staffId, one.held?.staffId]).toEqual([diana.staffId, camila.staffId]);
  });

  test("whose visits do not all come is planned after PLAN_PATIENCE_SECONDS with those that did", async () => {
    const visit = salon.visit({ candidates: [stylist("Camila")] });
    await deliver(visit.lose({ absenceId: randomUUID(), absenceSize: 2 }));
    await alone.work();
    alone.wait(19);
    await alone.work();
    expect(await stateOf(visit)).toBe("SEARCHING");
    alone.wait(2);
    await alone.work();
    expect(await stateOf(visit)).toBe("OFFERED");
  });

  test("of two stylists whose visits overlap gives nobody two at once, whatever the projection says", async () => {
    const [camila, diana] = [stylist("Camila"), stylist("Diana")];
    const visits = [1, 2, 3].map(() => salon.visit({ in: 2_000, candidates: [camila, diana], wish: When.SUBSTITUTE }));
    await lose(...visits);
    const states = await Promise.all(visits.map(stateOf));
    expect(states.toSorted()).toEqual(["CHOOSING", "OFFERED", "OFFERED"]);
    const held = visits.flatMap((visit) => visit.held?.staffId ?? []);
    expect(new Set(held).size).toBe(2);
  });

  test("two replicas that plan at once make one offer of each visit, and the one who is offered is held", async () => {
    const visits = Array.from({ length: 4 }, () => salon.visit({ candidates: [stylist("Camila"), stylist("Diana")] }));
    for (const visit of visits) {
      salon.turn(visit);
      await deliver(visit.lose());
    }
    const [plan] = jobs(app);
    const turn = { over: new AbortController().signal, tries: 1, end: () => Promise.reject(new Error("not asked for")) };
    await Promise.all([plan!.run("", turn), plan!.run("", turn)]);
    for (const visit of visits) {
      const [offer, ...more] = await offers(visit);
      expect([offer!.offer!.staffId, more]).toEqual([visit.held?.staffId, []]);
    }
  });
});

describe("booking's fact", () => {
  test.each([
    ["the client cancels: refunded", (visit: Visit) => visit.cancel(), "REFUNDED"],
    ["the stylist can come after all: kept", (visit: Visit) => visit.stylistReturns(), "KEPT"],
    [
      "the desk moves it: rescheduled",
      (visit: Visit) => visit.place(visit.staffId, new Date(visit.start.getTime() + hour), 1000n),
      "RESCHEDULED",
    ],
  ])("settles the case, whatever was being asked: %s", async (_, change, outcome) => {
    const { visit } = await offered();
    change(visit);
    const id = randomUUID();
    for (const event of [id, id, randomUUID()]) await deliver(visit.outcomes[0]!.fact, event);
    expect([await outcomes(visit), await stateOf(visit)]).toEqual([[outcome], outcome]);
    await untilDeadline(visit);
    await alone.work();
    expect(visit.outcomes).toHaveLength(1);
  });

  test("that comes before the loss is delivered again later; one without a loss is nobody's", async () => {
    const visit = salon.visit({ candidates: [stylist("Camila")] });
    const lost = visit.lose();
    visit.cancel();
    const { fact } = visit.outcomes[0]!;
    const id = randomUUID();
    expect(await reasonOf(deliver(fact, id))).toBe("NotFound not_found");
    await deliver(lost);
    await deliver(fact, id);
    await alone.work();
    expect([await outcomes(visit), await offers(visit)]).toEqual([["REFUNDED"], []]);
    const other = salon.visit({});
    other.cancel();
    await deliver(other.outcomes[0]!.fact);
  });

  test("each loss of a visit has its own case and outcome", async () => {
    const { visit, camila } = await offered();
    await answer(visit, await accept(visit));
    const first = visit.lossId;
    salon.isFree(visit, stylist("Diana"));
    await lose(visit);
    expect(await caseOf(visit)).toMatchObject({ staffId: camila.staffId, state: "OFFERED" });
    await answer(visit, decline);
    expect(visit.outcomes.map(({ lossId, what }) => [lossId, what])).toEqual([
      [first, `moved to ${camila.staffId}`],
      [visit.lossId, "refunded"],
    ]);
  });
});

describe("whatever happens to a visit, in whatever order", () => {
  type Step = (visit: Visit) => unknown;
  type History = { anyStaff: boolean; wish: When; substitutes: number; names: string[] };
  const taken = randomUUID();
  const tries = async (visit: Visit, given: Given) => expect(await reasonOf(answer(visit, given))).not.toMatch(/^Internal/);
  const isLost = (visit: Visit) => visit.status === "REASSIGNING";
  const steps: Record<string, Step> = {
    accepts: async (visit) => tries(visit, { case: "accept", value: (await caseOf(visit)).offerId ?? randomUUID() }),
    declines: (visit) => tries(visit, decline),
    chooses: (visit) => tries(visit, choose(visit, 24, stylist("Luisa").staffId)),
    "chooses what is taken": (visit) => tries(visit, choose(visit, 24, taken)),
    "substitute is absent": (visit) => visit.held && deliver(visit.release(true)),
    "hold ends": (visit) => visit.held && deliver(visit.release(false)),
    "substitute gets busy": ({ held }) => held && salon.booking.cannot.set(held.staffId, "slot_taken"),
    "client cancels": (visit) => isLost(visit) && visit.cancel(),
    "stylist returns": (visit) => isLost(visit) && visit.stylistReturns(),
    "booking's facts come": async (visit) => {
      for (const { fact } of visit.outcomes) await deliver(fact);
    },
    "booking goes away": () => (salon.booking.state.trouble = away),
    "booking comes back": () => (salon.booking.state.trouble = undefined),
    "jobs run": () => alone.work(),
    "time passes": () => alone.wait(3_600),
    "the deadline comes": untilDeadline,
  };
  const history: fc.Arbitrary<History> = fc.record({
    anyStaff: fc.boolean(),
    wish: fc.constantFrom(When.REFUND, When.SUBSTITUTE),
    substitutes: fc.integer({ min: 0, max: 3 }),
    names: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 2, maxLength: 10 }),
  });

  async function play({ anyStaff, wish, substitutes, names }: History) {
    alone.resetClock();
    salon.booking.cannot.clear();
    salon.booking.cannot.set(taken, "slot_taken");
    salon.booking.state.trouble = undefined;
    const visit = salon.visit({ anyStaff, wish, candidates: Array.from({ length: substitutes }, () => stylist("Camila")) });
    await deliver(visit.lose());
    for (const name of names) await steps[name]!(visit);

    salon.booking.state.trouble = undefined;
    if ((await caseOf(visit)).deadline > alone.now()) await untilDeadline(visit);
    for (let hours = 0; hours < 3; hours++) {
      alone.wait(3_700); // longer than any pause between tries
      await alone.work();
    }
    for (const { fact } of visit.outcomes) await deliver(fact);
    expect(visit.outcomes).toHaveLength(1);
    const kinds = { moved: "MOVED", rescheduled: "RESCHEDULED", refunded: "REFUNDED", kept: "KEPT" };
    const expected = kinds[visit.outcomes[0]!.what.split(" ")[0] as keyof typeof kinds];
    expect([await stateOf(visit), await outcomes(visit)]).toEqual([expected, [expected]]);
    expect(await alone.sql("select 1 from job where key = $1", [visit.lossId])).toEqual([]);
  }

  test("it ends in exactly one outcome, which is booking's, and is told once", async () => {
    const seed = Number(process.env.HISTORY_SEED ?? crypto.getRandomValues(new Int32Array(1))[0]);
    console.log(`HISTORY_SEED=${seed}`);
    await fc.assert(fc.asyncProperty(history, play), { seed, numRuns: Number(process.env.HISTORIES ?? 30) });
  });
});
