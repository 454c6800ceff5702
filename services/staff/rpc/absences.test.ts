import { create, type DescMessage } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Client } from "@connectrpc/connect";
import { describe, expect, test } from "@jest/globals";
import { subjectOf } from "@lacio/chassis/fact";
import { ReassignmentService, type PreviewAbsenceRequest } from "@lacio/proto/reassignment/v1/reassignment_service";
import { AbsenceWithdrawnSchema, StylistAbsentSchema, TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";
import { StaffService, VisitPlan_Plan, VisitPlanSchema, type Absence } from "@lacio/proto/staff/v1/staff_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { standIn, type StandIn } from "@lacio/testkit/stand-in";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, refusal, signIn, signUp, sql, until } from "@lacio/testkit/testing";
import { factsOf, outbox } from "../testing/facts.ts";

type Staff = Client<typeof StaffService>;
let system: System;
let reassignment: StandIn;
let admin: Staff;
const previews: PreviewAbsenceRequest[] = [];
const away = { reassignment: false };

// A zone in which it is not yet 23:00: midnight must not pass while these tests run.
const zone = ["Europe/Madrid", "America/Santiago"].find((zone) => Temporal.Now.plainTimeISO(zone).hour < 23)!;
const plan = create(VisitPlanSchema, { bookingId: crypto.randomUUID(), serviceName: "Alisado", plan: VisitPlan_Plan.OFFERED });

await beforeTests(
  async () => {
    reassignment = await standIn(ReassignmentService, {
      previewAbsence(req) {
        previews.push(req);
        if (away.reassignment) throw new ConnectError("away", Code.Unavailable);
        return { visits: [plan] };
      },
    });
    system = await startSystem({
      dir: ".lacio/test/staff-absences",
      services: ["auth", "staff"],
      edge: false,
      stripe: false,
      fsync: false,
      env: { SALON_TIME_ZONE: zone, REASSIGNMENT_URL: reassignment.url },
    });
    admin = clientFor(StaffService, system, await adminToken(system));
  },
  async () => {
    await system?.stop();
    await reassignment?.stop();
  },
);

const password = "una clave larga";
const reason = "Amanecí con gripa";
const unknownId = "01990000-0000-7000-8000-000000000000";
const days = (n: number): Timestamp => timestampFromDate(new Date(Date.now() + n * 86_400_000));

async function hire() {
  const email = `${crypto.randomUUID()}@example.com`;
  const { stylist } = await admin.createStylist({ email, password, name: "Camila" });
  return { staffId: stylist!.id, herself: clientFor(StaffService, system, await signIn(system, { email, password })) };
}

const rowsOf = (staffId: string) =>
  sql<{ id: string }>(system, "staff", "select id from absence where staff_id = $1 order by id", [staffId]);

/** The facts emitted for one stylist, oldest first, once all of them are published to JetStream. */
const emittedFacts = <S extends DescMessage>(schema: S, staffId: string) =>
  until(async () => factsOf(schema, await sql(system, "staff", outbox, [subjectOf(schema), staffId])));

/** The absences of a stylist that other services were told of. */
const toldOf = async (staffId: string) => (await emittedFacts(StylistAbsentSchema, staffId)).map(({ absenceId }) => absenceId);

async function emittedSubjects(staffId: string): Promise<string[]> {
  const text = "select subject from outbox where key = $1 and subject = any($2) order by seq";
  const subjects = [TimeOffChangedSchema, StylistAbsentSchema, AbsenceWithdrawnSchema].map(subjectOf);
  return (await sql<{ subject: string }>(system, "staff", text, [staffId, subjects])).map(({ subject }) => subject);
}

describe("a report", () => {
  test("is of now and the rest of the day, unless it says otherwise; the time is closed first, then others are told who can't come", async () => {
    const { staffId, herself } = await hire();
    const { absence, visits } = await herself.reportAbsence({ staffId, reason });
    const { from, until: end, reportedAt } = absence!;
    expect(absence).toMatchObject({ staffId, reason, from: reportedAt });
    expect(visits).toEqual([]);
    const today = Temporal.Instant.fromEpochMilliseconds(timestampDate(from!).getTime()).toZonedDateTimeISO(zone).toPlainDate();
    expect(timestampDate(end!).getTime()).toBe(today.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds);

    expect((await herself.listAbsences({ staffId })).absences).toEqual([absence]);
    expect(await emittedSubjects(staffId)).toEqual(["staff.time_off_changed", "staff.stylist_absent"]);
    expect(await emittedFacts(TimeOffChangedSchema, staffId)).toMatchObject([
      { timeOffId: absence!.id, staffId, start: from, end, removed: false },
    ]);
    expect(await emittedFacts(StylistAbsentSchema, staffId)).toMatchObject([{ absenceId: absence!.id, staffId, from, until: end, reason }]);
  });

  test("may begin in the past, and lie in the future", async () => {
    const { staffId } = await hire();
    const past = { from: days(-1), until: days(1) };
    const future = { from: days(10), until: days(12) };
    for (const span of [past, future]) expect((await admin.reportAbsence({ staffId, reason, ...span })).absence).toMatchObject(span);
    expect(await toldOf(staffId)).toHaveLength(2);
  });

  test("that repeats an absence or lies within it is that absence, told of once", async () => {
    const { staffId, herself } = await hire();
    const { absence } = await herself.reportAbsence({ staffId, reason });
    expect((await herself.reportAbsence({ staffId, reason })).absence).toEqual(absence);
    expect((await admin.reportAbsence({ staffId, reason: "Otra cosa", from: absence!.from, until: absence!.until })).absence).toEqual(
      absence,
    );
    expect((await admin.reportAbsence({ staffId, reason, until: absence!.until })).absence).toEqual(absence);
    expect(await rowsOf(staffId)).toEqual([{ id: absence!.id }]);
    expect(await emittedSubjects(staffId)).toEqual(["staff.time_off_changed", "staff.stylist_absent"]);
  });

  test("of several at once, from now on, is one absence; so is one of a fixed time", async () => {
    for (const span of [{}, { from: days(1), until: days(2) }]) {
      const { staffId } = await hire();
      const reports = await Promise.all(Array.from({ length: 6 }, () => admin.reportAbsence({ staffId, reason, ...span })));
      const ids = new Set(reports.map(({ absence }) => absence!.id));
      expect(await rowsOf(staffId)).toEqual([...ids].map((id) => ({ id })));
      expect(await toldOf(staffId)).toEqual([...ids]);
      expect(ids.size).toBe(1);
    }
  });

  test("that reaches beyond an absence is another, and so is one of another stylist", async () => {
    const [{ staffId }, other] = [await hire(), await hire()];
    const report = async (from: number, until: number, who = staffId) =>
      (await admin.reportAbsence({ staffId: who, reason, from: days(from), until: days(until) })).absence!.id;
    const ids = [await report(1, 3), await report(2, 4), await report(0.5, 5)];
    const others = await report(1, 3, other.staffId);
    expect(new Set([...ids, others]).size).toBe(4);
    expect(await toldOf(staffId)).toEqual(ids);
    expect(await toldOf(other.staffId)).toEqual([others]);
    expect(await report(2.5, 3.5)).toBe(ids[1]);
  });

  test("of a sick day does not mind time off, nor the other way round; time off is listed apart", async () => {
    const { staffId } = await hire();
    const { timeOff } = await admin.addTimeOff({ staffId, start: days(1), end: days(2), reason: "Cita médica" });
    await admin.reportAbsence({ staffId, reason, from: days(0.5), until: days(3) });
    const more = await admin.addTimeOff({ staffId, start: days(2.5), end: days(4) });
    expect((await admin.listTimeOff({ staffId })).timeOff).toEqual([more.timeOff, timeOff]);
    expect((await admin.listAbsences({ staffId })).absences).toHaveLength(1);
  });

  test("with the same Idempotency-Key has the same answer, also when the absence was withdrawn meanwhile", async () => {
    const { staffId } = await hire();
    const headers = { "idempotency-key": crypto.randomUUID() };
    const request = { staffId, reason, from: days(1), until: days(2) };
    const { absence } = await admin.reportAbsence(request, { headers });
    await admin.withdrawAbsence({ staffId, absenceId: absence!.id });
    expect((await admin.reportAbsence(request, { headers })).absence).toEqual(absence);
    const other = admin.reportAbsence({ ...request, until: days(3) }, { headers });
    expect(await refusal(other)).toBe("InvalidArgument idempotency_key_reused Idempotency-Key");
    expect(await toldOf(staffId)).toEqual([absence!.id]);
  });

  let stylist: Awaited<ReturnType<typeof hire>> | undefined;
  const seconds = BigInt(Math.floor(Date.now() / 1_000));
  const far = (ahead: bigint) => ({ seconds: seconds + ahead });
  test.each<[string, object]>([
    ["until", { until: days(-1) }],
    ["until", { until: days(367) }],
    ["until", { from: days(-100), until: days(267) }],
    ["until", { from: { seconds: seconds + 60n, nanos: 1 }, until: { seconds: seconds + 60n, nanos: 2 } }],
    ["until", { until: far(2n ** 62n) }],
    ["from", { from: days(-2) }],
    ["from", { from: days(-367), until: days(1) }],
    ["from", { from: days(1_831) }],
    ["from", { from: far(2n ** 62n) }],
    ["from", { from: far(-(10n ** 15n)) }],
    ["from", { from: far(-(10n ** 15n)), until: days(1) }],
    ["reason", { reason: "" }],
    ["reason", { reason: " \u00a0\u200b" }],
    ["reason", { reason: "\0" }],
    ["reason", { reason: "x".repeat(201) }],
    ["staffId", { staffId: "x" }],
  ])("with a wrong %s is refused, tried or in earnest (%#)", async (field, wishes) => {
    const { staffId } = (stylist ??= await hire());
    for (const dryRun of [true, false])
      expect(await refusal(admin.reportAbsence({ staffId, reason, dryRun, ...wishes }))).toBe(`InvalidArgument invalid_argument ${field}`);
    expect(await rowsOf(staffId)).toEqual([]);
  });

  test("that ends before it begins, or of nobody, is refused", async () => {
    const { staffId } = await hire();
    for (const dryRun of [true, false]) {
      expect(await refusal(admin.reportAbsence({ staffId, reason, dryRun, from: days(2), until: days(1) }))).toBe("InvalidArgument invalid_argument until"); // prettier-ignore
      expect(await refusal(admin.reportAbsence({ staffId: unknownId, reason, dryRun }))).toBe("NotFound not_found");
    }
  });
});

describe("a dry run", () => {
  test("answers what would become of the visits, and writes nothing; the report may follow with the same Idempotency-Key", async () => {
    const { staffId, herself } = await hire();
    const headers = { "idempotency-key": crypto.randomUUID() };
    const span = { from: days(1), until: days(2) };
    const tried = await herself.reportAbsence({ staffId, reason, dryRun: true, ...span }, { headers });
    expect(tried.absence).toMatchObject({ id: "", staffId, reason, ...span });
    expect(tried.visits).toEqual([plan]);
    expect(previews.at(-1)).toMatchObject({ staffId, ...span });
    expect([await rowsOf(staffId), await emittedSubjects(staffId)]).toEqual([[], []]);
    expect((await herself.reportAbsence({ staffId, reason, ...span }, { headers })).absence).toMatchObject({ ...span, staffId });
  });

  test("of the rest of the day asks for just that", async () => {
    const { staffId, herself } = await hire();
    const { absence } = await herself.reportAbsence({ staffId, reason, dryRun: true });
    expect(previews.at(-1)).toMatchObject({ staffId, from: absence!.from, until: absence!.until });
    const { absence: reported } = await herself.reportAbsence({ staffId, reason });
    expect(reported!.until).toEqual(absence!.until);
  });

  test("within an absence is that one, and costs no visit", async () => {
    const { staffId, herself } = await hire();
    const { absence } = await herself.reportAbsence({ staffId, reason, from: days(1), until: days(3) });
    const asked = previews.length;
    const tried = await herself.reportAbsence({ staffId, reason, dryRun: true, from: days(1.5), until: days(2) });
    expect(tried).toMatchObject({ absence, visits: [] });
    expect(previews).toHaveLength(asked);
  });

  test("needs reassignment; the report does not", async () => {
    const { staffId, herself } = await hire();
    away.reassignment = true;
    expect(await refusal(herself.reportAbsence({ staffId, reason, dryRun: true }))).toBe("Unavailable unavailable");
    expect(await rowsOf(staffId)).toEqual([]);
    expect((await herself.reportAbsence({ staffId, reason })).absence!.id).not.toBe("");
    away.reassignment = false;
  });
});

describe("a withdrawal", () => {
  test("opens the time again and says so, once; the absence is listed no more", async () => {
    const { staffId, herself } = await hire();
    const absence = (await herself.reportAbsence({ staffId, reason })).absence!;
    const withdraw = () => herself.withdrawAbsence({ staffId, absenceId: absence.id });
    await Promise.all([withdraw(), withdraw()]);
    await withdraw();
    expect((await herself.listAbsences({ staffId })).absences).toEqual([]);
    expect(await emittedSubjects(staffId)).toEqual([
      "staff.time_off_changed",
      "staff.stylist_absent",
      "staff.time_off_changed",
      "staff.absence_withdrawn",
    ]);
    expect(await emittedFacts(TimeOffChangedSchema, staffId)).toMatchObject([
      { timeOffId: absence.id, removed: false },
      { timeOffId: absence.id, removed: true, start: absence.from, end: absence.until },
    ]);
    expect(await emittedFacts(AbsenceWithdrawnSchema, staffId)).toMatchObject([{ absenceId: absence.id, staffId }]);
  });

  test("makes room for another report of the same time", async () => {
    const { staffId } = await hire();
    const request = { staffId, reason, from: days(1), until: days(2) };
    const first = (await admin.reportAbsence(request)).absence!.id;
    await admin.withdrawAbsence({ staffId, absenceId: first });
    const second = (await admin.reportAbsence(request)).absence!.id;
    expect(await toldOf(staffId)).toEqual([first, second]);
    expect((await admin.listAbsences({ staffId })).absences.map(({ id }) => id)).toEqual([second]);
  });

  test("of an absence that is over, of another's or of none is refused", async () => {
    const [{ staffId }, other] = [await hire(), await hire()];
    const report = async (): Promise<Absence> => (await admin.reportAbsence({ staffId, reason, from: days(-1), until: days(1) })).absence!;
    const { id: absenceId } = await report();
    expect(await refusal(admin.withdrawAbsence({ staffId: other.staffId, absenceId }))).toBe("NotFound not_found");
    expect(await refusal(other.herself.withdrawAbsence({ staffId: other.staffId, absenceId }))).toBe("NotFound not_found");
    expect(await refusal(admin.withdrawAbsence({ staffId, absenceId: unknownId }))).toBe("NotFound not_found");
    expect(await refusal(admin.withdrawAbsence({ staffId, absenceId: "x" }))).toBe("InvalidArgument invalid_argument absenceId");
    await sql(system, "staff", "update absence set until_at = now() where id = $1", [absenceId]);
    expect(await refusal(admin.withdrawAbsence({ staffId, absenceId }))).toBe("FailedPrecondition absence_over");
    expect(await emittedFacts(AbsenceWithdrawnSchema, staffId)).toEqual([]);
  });
});

test("absences are listed page by page, the latest first, without those that were withdrawn", async () => {
  const { staffId, herself } = await hire();
  const report = async (from: number, until: number) =>
    (await admin.reportAbsence({ staffId, reason, from: days(from), until: days(until) })).absence!;
  const [near, gone, far, next] = [await report(1, 2), await report(7, 8), await report(9, 10), await report(3, 4)];
  await admin.withdrawAbsence({ staffId, absenceId: gone.id });
  const first = await herself.listAbsences({ staffId, pageSize: 2 });
  expect(first.absences).toEqual([far, next]);
  const second = await herself.listAbsences({ staffId, pageSize: 2, pageToken: first.nextPageToken });
  expect(second).toMatchObject({ absences: [near], nextPageToken: "" });
  expect(await refusal(admin.listAbsences({ staffId: unknownId }))).toBe("NotFound not_found");
  const token = Buffer.from('["ayer","x"]').toString("base64url");
  expect(await refusal(admin.listAbsences({ staffId, pageToken: token }))).toBe("InvalidArgument invalid_argument pageToken");
});

test("a stylist reports and withdraws her own absences only, a client and a stranger none", async () => {
  const [{ staffId }, { herself: colleague }] = [await hire(), await hire()];
  const { absence } = await admin.reportAbsence({ staffId, reason });
  const client = clientFor(StaffService, system, (await signUp(system)).accessToken);
  const calls = (who: Staff) => [
    () => who.reportAbsence({ staffId, reason, until: days(3) }),
    () => who.reportAbsence({ staffId, reason, dryRun: true }),
    () => who.listAbsences({ staffId }),
    () => who.withdrawAbsence({ staffId, absenceId: absence!.id }),
  ];
  for (const call of calls(colleague)) expect(await refusal(call())).toBe("NotFound not_found");
  for (const call of calls(client)) expect(await refusal(call())).toBe("PermissionDenied forbidden");
  for (const call of calls(clientFor(StaffService, system))) expect(await refusal(call())).toBe("Unauthenticated unauthenticated");
  expect(await toldOf(staffId)).toEqual([absence!.id]);
});
