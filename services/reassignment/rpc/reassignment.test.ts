import { describe, expect, test } from "@jest/globals";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { Reassignment_State as State, ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { VisitPlan_Plan as Plan } from "@lacio/proto/staff/v1/staff_service";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startPublisher } from "@lacio/testkit/publisher";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, makeDue, refusal, signIn, signUp, sql, until } from "@lacio/testkit/testing";
import { hour, type Visit } from "../testing/booking.ts";
import { openSalon, stylist, type Candidate, type Salon } from "../testing/salon.ts";

let salon: Salon;
let system: System;
let booking: Awaited<ReturnType<typeof startPublisher>>;
let people: { ana: string; anaToken: string; eva: string; sofia: string; sofiaToken: string; admin: string };

await beforeTests(
  async () => {
    salon = await openSalon();
    system = await startSystem({
      dir: ".lacio/test/reassignment",
      services: ["auth", "reassignment"],
      ...{ edge: false, stripe: false, fsync: false },
      serviceEnv: { reassignment: { ...salon.env, JOB_LEASE_SECONDS: "2", JOB_POLL_MS: "200" } },
    });
    booking = await startPublisher(system.urls.nats!);
    const [ana, eva] = [await signUp(system), await signUp(system)];
    const sofia = { email: `${crypto.randomUUID()}@example.com`, password: "una clave larga", name: "Sofía", phone: "", locale: "es" };
    const { user } = await clientFor(AuthService, system, asService("staff", system)).createAccount({
      ...sofia,
      role: Caller_Role.STYLIST,
    });
    people = {
      ...{ ana: ana.id, anaToken: ana.accessToken, eva: eva.accessToken },
      ...{ sofia: user!.id, sofiaToken: await signIn(system, sofia), admin: await adminToken(system) },
    };
  },
  async () => {
    await booking?.stop();
    await system?.stop();
    await salon?.stop();
  },
);

const as = (token?: string): Client<typeof ReassignmentService> => clientFor(ReassignmentService, system, token);
const asNotification = () => as(asService("notification", system));
const inDb = <Row = Record<string, unknown>>(text: string, values: unknown[] = []) => sql<Row>(system, "reassignment", text, values);
const tokenFor = async ({ lossId }: Visit) => (await asNotification().issueAnswerLink({ reassignmentId: lossId })).token;
const isIn = (state: string, { lossId }: Visit) =>
  until(async () => (await inDb("select 1 from reassignment where id = $1 and state = $2", [lossId, state])).length > 0, {
    timeoutMs: 60_000,
  });
const decline = { case: "decline", value: {} } as const;

/** A visit of Ana's, lost by Sofía, whose reassignment is open. */
async function lost(candidates: Candidate[], wish?: When): Promise<Visit> {
  const visit = salon.visit({ candidates, wish, clientId: people.ana, staffId: people.sofia });
  await booking.publish(visit.lose());
  await isIn(candidates.length > 0 ? "OFFERED" : "CHOOSING", visit);
  return visit;
}

describe("a reassignment", () => {
  test("is seen by the client and by an ADMIN; to anybody else there is none", async () => {
    const camila = stylist("Camila", 900n);
    const { bookingId, lossId, clientId } = await lost([camila]);
    for (const token of [people.anaToken, people.admin]) {
      const { reassignment, reason, ifUnanswered } = await as(token).getAlternatives({ bookingId });
      expect(reassignment).toMatchObject({
        reassignmentId: lossId,
        bookingId,
        clientId,
        state: State.OFFERED,
        staffName: "Sofía",
        answered: false,
      });
      expect(reassignment!.offer).toMatchObject({ staffId: camila.staffId, staffName: "Camila", price: { minorUnits: 900n } });
      expect([reason, ifUnanswered, reassignment!.deadline !== undefined]).toEqual(["Enferma", When.REFUND, true]);
    }
    for (const token of [people.eva]) {
      expect(await refusal(as(token).getAlternatives({ bookingId }))).toBe("NotFound not_found");
      expect(await refusal(as(token).answerReassignment({ bookingId, answer: decline }))).toBe("NotFound not_found");
    }
    expect(await refusal(as(people.anaToken).getAlternatives({ bookingId: crypto.randomUUID() }))).toBe("NotFound not_found");
    expect(await refusal(as(people.sofiaToken).getAlternatives({ bookingId }))).toBe("PermissionDenied forbidden");
    expect(await refusal(as().getAlternatives({ bookingId }))).toBe("Unauthenticated unauthenticated");
  });

  test("is shown with who else is free at the same start, then with the nearest starts, six in all", async () => {
    const [camila, diana, dear] = [stylist("Camila"), stylist("Diana"), stylist("Juana", 1001n)];
    const visit = await lost([camila, diana, dear], When.SUBSTITUTE);
    const { alternatives, ifUnanswered } = await as(people.anaToken).getAlternatives(visit);
    const luisa = salon.othersOf.get(visit.bookingId)!;
    const hours = alternatives.map(({ start, staffId }) => [(timestampDate(start!).getTime() - visit.start.getTime()) / hour, staffId]);
    expect(hours).toEqual([[0, diana.staffId], ...[1, 2, 3, 4, 5].map((later) => [later, luisa.staffId])]);
    expect(ifUnanswered).toBe(When.SUBSTITUTE);
  });

  test("is accepted by the client, or declined by an ADMIN in the client's name, and shows the outcome at once", async () => {
    const visits = [await lost([stylist("Camila")]), await lost([stylist("Camila")])] as const;
    const { offer } = (await as(people.anaToken).getAlternatives(visits[0])).reassignment!;
    const accept = { bookingId: visits[0].bookingId, answer: { case: "accept", value: offer!.offerId } } as const;
    const { reassignment } = await as(people.anaToken).answerReassignment(accept);
    expect(reassignment).toMatchObject({ state: State.MOVED, answered: false });
    const declined = await as(people.admin).answerReassignment({ bookingId: visits[1].bookingId, answer: decline });
    expect(declined.reassignment!.state).toBe(State.REFUNDED);
    expect(visits.map(({ outcomes }) => outcomes.length)).toEqual([1, 1]);
    const { alternatives, ifUnanswered, reassignment: settled } = await as(people.anaToken).getAlternatives(visits[0]);
    expect([alternatives, ifUnanswered, settled!.state]).toEqual([[], When.WHEN_STYLIST_CANCELS_UNSPECIFIED, State.MOVED]);
  });

  test("answered out of any calendar is bad input", async () => {
    const { bookingId } = await lost([]);
    const choose = (seconds: bigint) =>
      as(people.anaToken).answerReassignment({ bookingId, answer: { case: "choose", value: { start: { seconds, nanos: 0 } } } });
    expect(await refusal(choose(10n ** 17n))).toBe("InvalidArgument invalid_argument choose.start");
    expect(await refusal(as(people.anaToken).answerReassignment({ bookingId }))).toMatch(/^InvalidArgument/);
  });
});

describe("a link", () => {
  test("shows, and answers, its own reassignment alone; seeing it changes nothing, and it does not tell who the client is", async () => {
    const [one, other] = [await lost([stylist("Camila")]), await lost([stylist("Camila")])];
    const token = await tokenFor(one);
    const before = await inDb("select * from reassignment where id = $1", [one.lossId]);
    const seen = await as().getAlternativesByLink({ token });
    expect(seen.reassignment).toMatchObject({ reassignmentId: one.lossId, clientId: "", state: State.OFFERED });
    expect(seen.alternatives).toHaveLength(6);
    const { slots } = await as().getSlotsByLink({ token, date: "2026-12-01" });
    expect(slots.map(({ start }) => timestampDate(start!).getTime())).toEqual([one.start.getTime() + 5 * hour]);
    expect(salon.asked.moves.at(-1)).toEqual({ bookingId: one.bookingId, desk: true });
    expect(await inDb("select * from reassignment where id = $1", [one.lossId])).toEqual(before);

    const { reassignment } = await as().answerByLink({ token, answer: decline });
    expect(reassignment).toMatchObject({ clientId: "", state: State.REFUNDED });
    expect([one.outcomes.length, other.outcomes.length, other.status]).toEqual([1, 0, "REASSIGNING"]);
  });

  test("of another offer is refused, and changes nothing", async () => {
    const [one, other] = [await lost([stylist("Camila")]), await lost([stylist("Camila")])];
    const { offerId } = (await as(people.anaToken).getAlternatives(other)).reassignment!.offer!;
    const token = await tokenFor(one);
    expect(await refusal(as().answerByLink({ token, answer: { case: "accept", value: offerId } }))).toBe(
      "FailedPrecondition offer_changed",
    );
    expect([one.outcomes, other.outcomes]).toEqual([[], []]);
  });

  test("shows the outcome for some days, and then nothing; an unknown one never did", async () => {
    const visit = await lost([stylist("Camila")]);
    const token = await tokenFor(visit);
    await as().answerByLink({ token, answer: decline });
    expect((await as().getAlternativesByLink({ token })).reassignment!.state).toBe(State.REFUNDED);
    expect((await as().getSlotsByLink({ token, date: "2026-12-01" })).slots).toEqual([]);
    expect(await refusal(as().answerByLink({ token, answer: { case: "accept", value: crypto.randomUUID() } }))).toBe(
      "FailedPrecondition already_answered",
    );
    expect(await refusal(asNotification().issueAnswerLink({ reassignmentId: visit.lossId }))).toBe("FailedPrecondition already_settled");

    await inDb("update reassignment set settled_at = now() - interval '31 days' where id = $1", [visit.lossId]);
    for (const dead of [token, `${token}x`, "nothing"]) {
      expect(await refusal(as().getAlternativesByLink({ token: dead }))).toBe("FailedPrecondition link_invalid");
      expect(await refusal(as().getSlotsByLink({ token: dead, date: "2026-12-01" }))).toBe("FailedPrecondition link_invalid");
      expect(await refusal(as().answerByLink({ token: dead, answer: decline }))).toBe("FailedPrecondition link_invalid");
    }
    await makeDue(system, "reassignment", "forget-links");
    await until(async () => (await inDb("select 1 from answer_link where reassignment_id = $1", [visit.lossId])).length === 0);
  });

  test("is issued to notification alone, and stored as a hash", async () => {
    const visit = await lost([stylist("Camila")]);
    const token = await tokenFor(visit);
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    const [row] = await inDb<{ text: string }>("select t::text as text from answer_link t where reassignment_id = $1", [visit.lossId]);
    expect(row!.text).not.toContain(Buffer.from(token, "base64url").toString("hex"));
    expect(row!.text).not.toContain(Buffer.from(token).toString("hex"));
    for (const caller of [people.admin, people.anaToken, asService("booking", system)])
      expect(await refusal(as(caller).issueAnswerLink({ reassignmentId: visit.lossId }))).toBe("PermissionDenied forbidden");
    expect(await refusal(asNotification().issueAnswerLink({ reassignmentId: crypto.randomUUID() }))).toBe("NotFound not_found");
  });
});

describe("the list", () => {
  test("of a stylist holds the own ones, without clients, latest first, page by page; an ADMIN's all", async () => {
    const staffId = people.sofia;
    const visits: Visit[] = [];
    for (const candidates of [[stylist("Camila")], [], [stylist("Camila")]]) visits.push(await lost(candidates));
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = await as(people.sofiaToken).listReassignments({ staffId, pageSize: 2, pageToken });
      for (const one of page.reassignments) {
        expect([one.clientId, one.staffId]).toEqual(["", staffId]);
        seen.push(one.reassignmentId);
      }
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(new Set(seen).size).toBe(seen.length);
    const own = visits.map(({ lossId }) => lossId);
    expect(seen.filter((id) => own.includes(id))).toEqual(own.toReversed());

    const mine: string[] = [];
    for (let pageToken = ""; ;) {
      const page = await as(people.anaToken).listMyReassignments({ pageSize: 2, pageToken });
      mine.push(...page.reassignments.map(({ reassignmentId }) => reassignmentId));
      if (!(pageToken = page.nextPageToken)) break;
    }
    expect(mine.filter((id) => own.includes(id))).toEqual(own.toReversed());
    expect((await as(people.eva).listMyReassignments({})).reassignments).toEqual([]);

    const choosing = await as(people.admin).listReassignments({ state: State.CHOOSING });
    expect(choosing.reassignments.filter(({ reassignmentId }) => own.includes(reassignmentId)).map(({ clientId }) => clientId)).toEqual([
      people.ana,
    ]);
    expect(await refusal(as(people.sofiaToken).listReassignments({}))).toBe("NotFound not_found");
    expect(await refusal(as(people.sofiaToken).listReassignments({ staffId: crypto.randomUUID() }))).toBe("NotFound not_found");
    expect(await refusal(as(people.anaToken).listReassignments({ staffId }))).toBe("PermissionDenied forbidden");
    expect(await refusal(as(people.admin).listReassignments({ pageToken: "x" }))).toBe("InvalidArgument invalid_argument pageToken");
  });
});

describe("the preview of an absence", () => {
  test("says of each visit what would become of it, planned together", async () => {
    const staffId = crypto.randomUUID();
    const now = new Date();
    const [camila, diana] = [stylist("Camila"), stylist("Diana")];
    const at = (hours: number, candidates: Candidate[], wish?: When) => salon.visit({ now, in: hours, staffId, candidates, wish });
    const [both, one] = [at(900, [camila, diana]), at(900, [camila])];
    const alone = at(950, []);
    const [late, moved, lateAlone] = [at(1, [camila]), at(2, [camila], When.SUBSTITUTE), at(2.5, [])];
    const anyone = salon.visit({ now, in: 955, staffId, candidates: [camila], anyStaff: true });
    const held = at(960, [camila]);
    held.status = "PENDING_PAYMENT";
    const [begun, cancelled] = [at(-1, [camila]), at(970, [camila])];
    cancelled.status = "CANCELLED";
    const span = (from: number, until: number) => ({
      from: timestampFromDate(new Date(now.getTime() + from * hour)),
      until: timestampFromDate(new Date(now.getTime() + until * hour)),
    });
    const staff = as(asService("staff", system));
    const { visits } = await staff.previewAbsence({ staffId, ...span(-2, 24 * 200) });
    const planOf = ({ bookingId }: Visit) => {
      const found = visits.find((visit) => visit.bookingId === bookingId);
      return found && [Plan[found.plan], found.substituteId, found.paid!.minorUnits];
    };
    expect(planOf(both)).toEqual(["OFFERED", diana.staffId, 1000n]);
    expect(planOf(one)).toEqual(["OFFERED", camila.staffId, 1000n]);
    expect(planOf(alone)).toEqual(["OTHER_TIMES", "", 1000n]);
    expect(planOf(late)).toEqual(["REFUNDED", "", 1000n]);
    expect(planOf(moved)?.[0]).toBe("MOVED");
    expect(planOf(anyone)).toEqual(["MOVED", camila.staffId, 1000n]);
    expect(planOf(lateAlone)).toEqual(["REFUNDED", "", 1000n]);
    expect(planOf(held)).toEqual(["HOLD_ENDS", "", 0n]);
    expect([planOf(begun), planOf(cancelled), visits.length]).toEqual([undefined, undefined, 8]);
    expect((await staff.previewAbsence({ staffId, ...span(940, 954) })).visits).toMatchObject([{ serviceName: "Alisado" }]);
    expect(await inDb("select 1 from reassignment where staff_id = $1", [staffId])).toEqual([]);
    expect(await refusal(as(people.admin).previewAbsence({ staffId, ...span(0, 1) }))).toBe("PermissionDenied forbidden");
  });
});

describe("a process that dies", () => {
  /** Kills the service at a failpoint, which `work` makes it pass, and starts it again. */
  async function dieAt(failpoint: string, work: () => Promise<unknown>): Promise<void> {
    const process = system.process("reassignment");
    await process.restart({ LACIO_FAILPOINTS: `${failpoint}=kill` });
    await work();
    await until(() => !process.running, { timeoutMs: 60_000 });
    await process.restart({ LACIO_FAILPOINTS: "" });
  }
  const settledFacts = ({ lossId }: Visit) => inDb("select 1 from outbox where subject = 'reassignment.settled' and key = $1", [lossId]);
  const offeredFacts = ({ lossId }: Visit) => inDb("select 1 from outbox where subject = 'reassignment.offered' and key = $1", [lossId]);

  test("before the case is open: the event comes again", async () => {
    const visit = salon.visit({ candidates: [stylist("Camila")] });
    await dieAt("reassignment.before_case", () => booking.publish(visit.lose()));
    await isIn("OFFERED", visit);
    expect(await offeredFacts(visit)).toHaveLength(1);
  });

  test("between hold and offer: one offer, of the one who is held", async () => {
    const camila = stylist("Camila");
    const visit = salon.visit({ candidates: [camila, stylist("Diana")] });
    await dieAt("reassignment.after_hold", () => booking.publish(visit.lose()));
    await isIn("OFFERED", visit);
    expect([visit.held?.staffId, (await offeredFacts(visit)).length]).toEqual([camila.staffId, 1]);
  });

  test("between answer and booking: the answer is carried out, once", async () => {
    const visit = await lost([stylist("Camila")]);
    await dieAt("reassignment.after_answer", async () => {
      expect(await refusal(as(people.anaToken).answerReassignment({ bookingId: visit.bookingId, answer: decline }))).not.toBe(
        "not refused",
      );
    });
    await isIn("REFUNDED", visit);
    expect([visit.outcomes.length, (await settledFacts(visit)).length]).toEqual([1, 1]);
  });

  test("at the deadline, between the client's wish and booking: it is carried out, once", async () => {
    const visit = await lost([stylist("Camila")], When.SUBSTITUTE);
    await dieAt("reassignment.at_deadline", async () => {
      await inDb("update reassignment set deadline = now() where id = $1", [visit.lossId]);
      await inDb("update job set at = now() where kind = 'decide' and key = $1", [visit.lossId]);
    });
    await isIn("MOVED", visit);
    expect([visit.outcomes.length, (await settledFacts(visit)).length]).toEqual([1, 1]);
  });
});
