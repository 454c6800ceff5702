import { fromBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { Refusal } from "@lacio/chassis/errors";
import { ReassignmentOfferedSchema, ReassignmentSettledSchema } from "@lacio/proto/reassignment/v1/events";
import { Reassignment_State } from "@lacio/proto/reassignment/v1/reassignment_service";
import { deadlineOf } from "./deadline.ts";
import { Reassignment, type Loss } from "./reassignment.ts";

const now = new Date("2026-12-01T15:00:00Z");
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const deadline = inHours(12);
const late = inHours(12);
const id = (n: number) => `019c0000-0000-7000-8000-00000000000${n}`;

const loss: Loss = {
  ...{ id: id(1), bookingId: id(2), clientId: id(3), staffId: id(4), staffName: "Sofía" },
  ...{ serviceId: id(5), serviceName: "Alisado", serviceNameEn: "", startsAt: inHours(48), endsAt: inHours(50) },
  ...{ price: 1000n, currency: "COP", anyStaff: false, absenceId: null, absenceSize: 0 },
  soldAs: { phases: [{ name: "alisar", minutes: 120, busy: true }], bufferMinutes: 0 },
};
const camila = { staffId: id(6), staffName: "Camila", price: 900n };
const diana = { staffId: id(7), staffName: "Diana", price: 1000n };

type Step = (one: Reassignment) => unknown;
const open = (...steps: Step[]) => {
  const one = Reassignment.open(loss, deadline, now);
  for (const step of steps) step(one);
  return one;
};
const offer: Step = (one) => one.offer(camila);
const otherTimes: Step = (one) => one.offerOtherTimes([]);
const accept: Step = (one) => one.accept(one.offerId!, now);
const decline: Step = (one) => one.decline(now);
const time = (hours: number, staffId = "", refuseOverlap = true) => ({ start: inHours(hours), staffId, refuseOverlap });
const choose: Step = (one) => one.choose(time(72), now);
const camilaTakesIt = {
  staffId: camila.staffId,
  staffName: camila.staffName,
  start: "2026-12-02T13:30:00.000Z",
  end: "2026-12-02T15:30:00.000Z",
};
const settle: Step = (one) => one.settle("MOVED", camilaTakesIt, now);
const move: Step = (one) => one.moveAtOnce(camila);

const states = {
  SEARCHING: () => open(),
  OFFERED: () => open(offer),
  CHOOSING: () => open(otherTimes),
  ACCEPTED: () => open(offer, accept),
  DECLINED: () => open(offer, decline),
  CHOSEN: () => open(offer, choose),
  "MOVING AT ONCE": () => open(move),
  "REFUNDED AT ONCE": () => open((one) => one.refundAtOnce()),
  SETTLED: () => open(offer, settle),
};
type Name = keyof typeof states;

function reasonOf(work: () => unknown): string {
  try {
    work();
    return "ok";
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe("each step in each state", () => {
  const steps: [string, Step, Partial<Record<Name, string>>, string][] = [
    ["is moved at once", move, { SEARCHING: "ok" }, "not_searching"],
    ["is offered a substitute", offer, { SEARCHING: "ok" }, "not_searching"],
    ["is offered other times", otherTimes, { SEARCHING: "ok" }, "not_searching"],
    ["is refunded at once", (one) => one.refundAtOnce(), { SEARCHING: "ok" }, "not_searching"],
    [
      "is accepted",
      (one) => one.accept(one.offerId ?? id(9), now),
      { SEARCHING: "offer_changed", OFFERED: "ok", CHOOSING: "offer_changed", ACCEPTED: "ok" },
      "already_answered",
    ],
    ["is declined", decline, { SEARCHING: "ok", OFFERED: "ok", CHOOSING: "ok", DECLINED: "ok" }, "already_answered"],
    ["gets another time", choose, { SEARCHING: "ok", OFFERED: "ok", CHOOSING: "ok", CHOSEN: "ok" }, "already_answered"],
  ];
  test.each(
    steps.flatMap(([what, step, known, other]) => Object.keys(states).map((name) => [name as Name, what, step, known, other] as const)),
  )("%s %s", (name, _, step, known, other) => {
    const one = states[name]();
    expect(reasonOf(() => step(one))).toBe(known[name] ?? other);
  });
});

describe("the client's answer", () => {
  test("is another one with another time or stylist", () => {
    const one = states.CHOSEN();
    expect(reasonOf(() => one.choose(time(73), now))).toBe("already_answered");
    expect(reasonOf(() => one.choose(time(72, id(6)), now))).toBe("already_answered");
  });

  test("to an earlier offer than the current one is refused", () => {
    const one = states.OFFERED();
    const earlier = one.offerId!;
    one.substituteLost(camila.staffId);
    expect(reasonOf(() => one.accept(earlier, now))).toBe("offer_changed");
    one.offer(diana);
    expect(reasonOf(() => one.accept(earlier, now))).toBe("offer_changed");
    expect(reasonOf(() => one.accept(one.offerId!, now))).toBe("ok");
  });

  test("is too late from the deadline on, but for the same answer again", () => {
    expect(reasonOf(() => states.OFFERED().decline(new Date(late.getTime() - 1)))).toBe("ok");
    expect(reasonOf(() => states.OFFERED().decline(late))).toBe("already_answered");
    expect(reasonOf(() => states.DECLINED().decline(late))).toBe("ok");
  });

  test("after the end is refused with what is so now, but for the same one", () => {
    const one = open(offer, accept, settle);
    expect(reasonOf(() => accept(one))).toBe("ok");
    expect(() => decline(one)).toThrow("Another stylist has this visit already.");
    expect(() => decline(open((kept) => kept.settle("KEPT", camilaTakesIt, now)))).toThrow("The stylist can come after all");
    const refunded = open(offer, accept, (ended) => ended.settle("REFUNDED", null, now));
    expect(() => accept(refunded)).toThrow("refunded in full"); // by the client's own cancellation, say
    expect(() => decline(states.CHOSEN())).toThrow("answered already");
    expect(() => states.OFFERED().decline(late)).toThrow("The time to answer is over");
  });

  test("that booking refused is taken back: another time may be chosen again, an accepted substitute is passed over", () => {
    const chosen = states.CHOSEN();
    expect([chosen.takeBack(chosen.answer!), chosen.state, chosen.answer]).toEqual([true, "OFFERED", null]);
    const accepted = states.ACCEPTED();
    expect(accepted.takeBack(accepted.answer!)).toBe(true);
    expect(accepted).toMatchObject({ state: "SEARCHING", answer: null, offerStaffId: null, passedOver: [camila.staffId] });
  });

  test("is not taken back for another one, nor after the end", () => {
    const refused = states.CHOSEN().answer!;
    expect(states.DECLINED().takeBack(refused)).toBe(false);
    expect(open(offer, choose, settle).takeBack(refused)).toBe(false);
  });
});

describe("at the deadline", () => {
  test.each<[Name, "REFUND" | "SUBSTITUTE", string | undefined, string]>([
    ["OFFERED", "REFUND", "REFUND", "OFFERED"],
    ["OFFERED", "SUBSTITUTE", "MOVE", "OFFERED"],
    ["CHOOSING", "REFUND", "REFUND", "CHOOSING"],
    ["CHOOSING", "SUBSTITUTE", undefined, "SEARCHING"],
    ["SEARCHING", "REFUND", "REFUND", "SEARCHING"],
    ["SEARCHING", "SUBSTITUTE", undefined, "SEARCHING"],
    ["ACCEPTED", "REFUND", "ACCEPT", "OFFERED"],
    ["DECLINED", "SUBSTITUTE", "DECLINE", "OFFERED"],
    ["SETTLED", "REFUND", undefined, "MOVED"],
  ])("%s, a client who wishes %s: %s", (name, wish, kind, state) => {
    const one = states[name]();
    one.decideAtDeadline(wish, late);
    expect([one.answer?.kind, one.state]).toEqual([kind, state]);
  });

  test("a visit with any stylist, for which nobody could be looked for yet, is left to the plan", () => {
    const one = Reassignment.open({ ...loss, anyStaff: true }, deadline, now);
    one.decideAtDeadline("REFUND", late);
    expect([one.answer, one.waitsForPlan]).toEqual([undefined, true]);
  });

  test("and not before; after the start there is nothing left but a refund", () => {
    const one = states.OFFERED();
    one.decideAtDeadline("REFUND", new Date(late.getTime() - 1));
    expect(one.answer).toBeUndefined();
    one.decideAtDeadline("SUBSTITUTE", loss.startsAt);
    expect(one.answer).toEqual({ kind: "REFUND" });
  });

  test.each([
    [48, 12],
    [15, 12],
    [14, 11],
    [3, 0],
    [1, -2],
  ])("a visit in %d hours may be answered for %d hours", (starts, hours) => {
    expect(deadlineOf(now, inHours(starts), { offerHours: 12, latestBeforeHours: 3, answerMinutes: 30 })).toEqual(inHours(hours));
  });
});

describe("a substitute who can't come, either", () => {
  test.each<[Name, boolean, string, string | undefined]>([
    ["OFFERED", true, "SEARCHING", undefined],
    ["ACCEPTED", true, "SEARCHING", undefined],
    ["DECLINED", true, "SEARCHING", "DECLINE"],
    ["CHOSEN", true, "SEARCHING", "CHOOSE"],
    ["SEARCHING", true, "SEARCHING", undefined],
    ["CHOOSING", false, "CHOOSING", undefined],
    ["SETTLED", false, "MOVED", undefined],
  ])("%s: %s, then %s", (name, lost, state, answer) => {
    const one = states[name]();
    expect([one.substituteLost(camila.staffId), one.state, one.answer?.kind]).toEqual([lost, state, answer]);
  });

  test("and is heard of before the offer: no offer of that one is made", () => {
    const one = open();
    one.substituteLost(camila.staffId);
    expect(reasonOf(() => one.offer(camila))).toBe("offer_changed");
    expect(one.waitsForPlan).toBe(true);
  });

  test("is passed over, and the next question says that it is asked again, with the same deadline", () => {
    const one = open();
    const [first] = [one.offer(camila)];
    expect(one.substituteLost(diana.staffId)).toBe(false);
    one.substituteLost(camila.staffId);
    const next = fromBinary(ReassignmentOfferedSchema, one.offer(diana).payload);
    expect(one.passedOver).toEqual([camila.staffId]);
    expect([fromBinary(ReassignmentOfferedSchema, first.payload).again, next.again]).toEqual([false, true]);
    expect(next).toMatchObject({ deadline: timestampFromDate(deadline), offer: { staffId: diana.staffId }, offerId: one.offerId });
  });

  test("of whom the client has not heard is passed over without a word", () => {
    const one = open((one) => one.passOver(camila.staffId));
    expect(fromBinary(ReassignmentOfferedSchema, one.offer(diana).payload).again).toBe(false);
  });
});

describe("the outcome", () => {
  test.each(["MOVED", "RESCHEDULED", "REFUNDED", "KEPT"] as const)("%s is told once, and no other follows", (outcome) => {
    const one = states.OFFERED();
    const told = fromBinary(ReassignmentSettledSchema, one.settle(outcome, camilaTakesIt, now)!.payload);
    expect(told).toMatchObject({ reassignmentId: loss.id, staffId: loss.staffId, outcome: Reassignment_State[outcome] });
    expect([one.settle("REFUNDED", null, late), one.state, one.settledAt, one.became]).toEqual([undefined, outcome, now, camilaTakesIt]);
  });
});
