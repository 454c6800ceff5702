import { describe, expect, test } from "@jest/globals";
import type { DescMessage } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { subjectOf } from "@lacio/chassis/fact";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { ScheduleChangedSchema, StylistChangedSchema, TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, refusal, signIn, signUp, sql, until } from "@lacio/testkit/testing";
import { factsOf, outbox } from "../testing/facts.ts";

type Staff = Client<typeof StaffService>;
let system: System;
let admin: Staff;
let anyone: Staff;
let client: Staff;
let nano: string;
let keratin: string;

await beforeTests(
  async () => {
    const services = ["auth", "staff"];
    system = await startSystem({ dir: ".lacio/test/staff-stylists", services, edge: false, stripe: false, fsync: false });
    admin = clientFor(StaffService, system, await adminToken(system));
    client = clientFor(StaffService, system, (await signUp(system)).accessToken);
    anyone = clientFor(StaffService, system);
    const mark = crypto.randomUUID().slice(0, 20);
    nano = (await admin.createSkill({ name: `Nano ${mark}` })).skill!.id;
    keratin = (await admin.createSkill({ name: `Keratina ${mark}` })).skill!.id;
  },
  () => system?.stop(),
);

const password = "una clave larga";
const form = (wishes: object = {}) => ({
  email: `${crypto.randomUUID()}@example.com`,
  name: "Luz Marina Ñáñez",
  phone: "3001234567",
  bio: "Veinte años de alisados.",
  skillIds: [nano],
  password,
  ...wishes,
});
const hire = async (wishes: object = {}) => (await admin.createStylist(form(wishes))).stylist!;
const signedIn = async (email: string) => clientFor(StaffService, system, await signIn(system, { email, password }));
const unknownId = "01990000-0000-7000-8000-000000000000";
const rolesOf = (email: string) =>
  sql<{ id: string; role: string }>(system, "auth", "select id, role from account where email = $1", [email]);

describe("a stylist", () => {
  test("is hired with an account of the same id, and emits one fact", async () => {
    const wishes = form();
    const { stylist } = await admin.createStylist(wishes);
    expect(stylist).toMatchObject({ name: wishes.name, bio: wishes.bio, skillIds: [nano], active: true });
    expect(await rolesOf(wishes.email)).toEqual([{ id: stylist!.id, role: "STYLIST" }]);
    expect((await anyone.getStylist({ staffId: stylist!.id })).stylist).toEqual(stylist);

    await eventHandled(stylist!.id);
    const facts = await emittedFacts(StylistChangedSchema, stylist!.id);
    expect(facts.at(-1)).toMatchObject({ staffId: stylist!.id, active: true, skillIds: [nano], revision: BigInt(facts.length) });
    expect((await anyone.getStylist({ staffId: stylist!.id })).stylist).toEqual(stylist);
  });

  test("without a password is invited to set one", async () => {
    const { id } = await hire({ password: "", bio: "", skillIds: [] });
    expect(await sql(system, "auth", "select password_hash from account where id = $1", [id])).toEqual([{ password_hash: null }]);
  });

  test("whose address has an account already is refused, with nothing left behind", async () => {
    const { email } = await signUp(system);
    const name = `Nadie ${crypto.randomUUID()}`;
    expect(await refusal(admin.createStylist(form({ email: email.toUpperCase(), name })))).toBe("AlreadyExists email_taken");
    expect(await sql(system, "staff", "select 1 from stylist where name = $1", [name])).toEqual([]);
    expect(await rolesOf(email)).toMatchObject([{ role: "CLIENT" }]);
  });

  test.each<[string, object]>([
    ["email", { email: "luz" }],
    ["email", { email: "" }],
    ["name", { name: "" }],
    ["name", { name: "Luz\0" }],
    ["name", { name: "x".repeat(101) }],
    ["phone", { phone: "abc" }],
    ["bio", { bio: "\0" }],
    ["bio", { bio: "x".repeat(1_001) }],
    ["skillIds[0]", { skillIds: ["nano"] }],
    ["skillIds", { skillIds: [unknownId] }],
    ["password", { password: "corta" }],
  ])("with a wrong %s is refused before there is an account (%#)", async (field, wishes) => {
    const wrong = form(wishes);
    expect(await refusal(admin.createStylist(wrong))).toMatch(new RegExp(`^InvalidArgument \\w+ ${field.replace(/[[\]]/g, "\\$&")}$`));
    expect(await rolesOf(wrong.email)).toEqual([]);
  });

  test("is changed field by field; a change without effect emits no fact", async () => {
    const { id: staffId } = await hire();
    await eventHandled(staffId);
    const before = await emittedFacts(StylistChangedSchema, staffId);
    await admin.updateStylist({ staffId, skillIds: { ids: [nano] }, active: true });
    expect((await admin.updateStylist({ staffId, name: "Luz M.", bio: "" })).stylist).toMatchObject({ name: "Luz M.", bio: "" });
    await admin.updateStylist({ staffId, skillIds: { ids: [nano, keratin] } });
    await admin.updateStylist({ staffId, skillIds: { ids: [] } });
    await admin.updateStylist({ staffId, active: false });

    const facts = (await emittedFacts(StylistChangedSchema, staffId)).slice(before.length);
    const first = before.at(-1)!.revision;
    expect(facts).toMatchObject([
      { skillIds: [nano], active: true, revision: first + 1n },
      { skillIds: [nano, keratin].sort(), active: true, revision: first + 2n },
      { skillIds: [], active: true, revision: first + 3n },
      { skillIds: [], active: false, revision: first + 4n },
    ]);
  });

  test("refuses invalid values", async () => {
    const { id: staffId } = await hire();
    const change = (wishes: object) => refusal(admin.updateStylist({ staffId, ...wishes }));
    expect(await change({ name: "" })).toBe("InvalidArgument invalid_argument name");
    expect(await change({ bio: "\0" })).toBe("InvalidArgument invalid_argument bio");
    expect(await change({ skillIds: { ids: [unknownId] } })).toBe("InvalidArgument skill_unknown skillIds.ids");
    expect(await change({ skillIds: { ids: ["x"] } })).toBe("InvalidArgument invalid_argument skillIds.ids[0]");
    expect(await refusal(admin.updateStylist({ staffId: unknownId, name: "Luz" }))).toBe("NotFound not_found");
  });

  test("who left is shown to nobody but the ADMIN, the services and herself", async () => {
    const { email } = form();
    const { id: staffId } = await hire({ email });
    const herself = await signedIn(email);
    await admin.updateStylist({ staffId, active: false });
    for (const who of [anyone, client]) expect(await refusal(who.getStylist({ staffId }))).toBe("NotFound not_found");
    const service = clientFor(StaffService, system, asService("availability", system));
    for (const who of [admin, service, herself]) expect((await who.getStylist({ staffId })).stylist!.active).toBe(false);
    expect(await refusal(anyone.getStylist({ staffId: unknownId }))).toBe("NotFound not_found");
    expect(await refusal(anyone.getStylist({ staffId: "x" }))).toBe("InvalidArgument invalid_argument staffId");
  });
});

describe("the list of stylists", () => {
  test("goes by name, page by page, by skill, without who left; namesakes are all there", async () => {
    const skillId = (await admin.createSkill({ name: `Lista ${crypto.randomUUID().slice(0, 20)}` })).skill!.id;
    const names = ["Ángela", "beatriz", "Carla", "Carla", "Ñusta", "Zoe"];
    for (const name of [...names].reverse()) await hire({ name, skillIds: [nano, skillId] });
    const left = await hire({ name: "Marta", skillIds: [skillId] });
    await admin.updateStylist({ staffId: left.id, active: false });

    const all = async (who: Staff, includeInactive: boolean) => {
      const found = new Map<string, string>();
      for (let pageToken = "", more = true; more; more = pageToken !== "") {
        const page = await who.listStaff({ pageSize: 3, pageToken, skillId, includeInactive });
        for (const { id, name, skillIds } of page.staff) {
          if (name !== "Marta") expect(skillIds).toEqual([nano, skillId].sort());
          found.set(id, name);
        }
        pageToken = page.nextPageToken;
      }
      return [...found.values()];
    };
    expect(await all(anyone, false)).toEqual(names);
    expect(await all(client, true)).toEqual(names);
    expect(await all(admin, true)).toEqual(["Ángela", "beatriz", "Carla", "Carla", "Marta", "Ñusta", "Zoe"]);
    expect((await anyone.listStaff({ skillId: unknownId })).staff).toEqual([]);
    expect(await refusal(anyone.listStaff({ skillId: "x" }))).toBe("InvalidArgument invalid_argument skillId");
  });
});

describe("hiring interrupted between the account and the stylist", () => {
  test("is completed by the account's event, and by a retry with the same idempotency key", async () => {
    const wishes = form({ skillIds: [nano, keratin] });
    const headers = { "idempotency-key": crypto.randomUUID() };
    await system.process("staff").kill("SIGTERM");
    await until(() => !system.process("staff").running);
    await system.process("staff").restart({ LACIO_FAILPOINTS: "staff.after_account_before_stylist=kill" });
    expect(await refusal(admin.createStylist(wishes, { headers }))).not.toBe("not refused");
    await until(() => !system.process("staff").running);
    const [account] = await rolesOf(wishes.email);
    expect(account).toMatchObject({ role: "STYLIST" });
    const staffId = account!.id;

    await system.process("staff").restart({ LACIO_FAILPOINTS: "" });
    const mended = await until(async () => (await anyone.getStylist({ staffId })).stylist);
    expect(mended).toMatchObject({ name: wishes.name, bio: "", skillIds: [], active: true });
    expect(await refusal(admin.createStylist(wishes))).toBe("AlreadyExists email_taken");
    const { stylist } = await admin.createStylist(wishes, { headers });
    expect(stylist).toMatchObject({ id: staffId, bio: wishes.bio, skillIds: [nano, keratin].sort() });
    expect((await admin.createStylist(wishes, { headers })).stylist).toEqual(stylist);
    expect(await emittedFacts(StylistChangedSchema, staffId)).toMatchObject([
      { revision: 1n, skillIds: [] },
      { revision: 2n, skillIds: stylist!.skillIds },
    ]);
  });

  test("an account opened without hiring makes the stylist; other roles make none", async () => {
    const auth = clientFor(AuthService, system, await adminToken(system));
    const open = async (role: Caller_Role) => {
      const account = { email: `${crypto.randomUUID()}@example.com`, name: "Nelly", role };
      return (await auth.createAccount(account)).user!.id;
    };
    const [other, staffId] = [await open(Caller_Role.ADMIN), await open(Caller_Role.STYLIST)];
    expect(await until(async () => (await anyone.getStylist({ staffId })).stylist)).toMatchObject({ name: "Nelly" });
    expect(await emittedFacts(StylistChangedSchema, staffId)).toMatchObject([{ staffId, active: true, revision: 1n }]);
    expect(await sql(system, "staff", "select 1 from stylist where id = $1", [other])).toEqual([]);

    // A redelivery that the inbox cannot deduplicate (new event id, inbox purged): the stylist's revision makes the handler idempotent.
    await admin.updateStylist({ staffId, name: "Nelly Ruiz" });
    await sql(system, "staff", "delete from inbox");
    await sql(system, "auth", "update outbox set id = gen_random_uuid(), published_at = null where key = $1", [staffId]);
    await eventHandled(staffId);
    expect(await emittedFacts(StylistChangedSchema, staffId)).toHaveLength(2);
    expect((await anyone.getStylist({ staffId })).stylist).toMatchObject({ name: "Nelly Ruiz" });
  });
});

describe("recurring hours", () => {
  const always = { weekday: 1, start: "09:00", end: "13:00", everyWeeks: 1, validFrom: "", validUntil: "" };
  const shift = (wishes: Partial<typeof always> = {}) => ({ ...always, ...wishes });

  test("are put and read by the stylist and the ADMIN, and emit a fact when they change", async () => {
    const { email } = form();
    const { id: staffId } = await hire({ email });
    const herself = await signedIn(email);
    expect(await herself.getSchedule({ staffId })).toMatchObject({ staffId, shifts: [] });
    const late = shift({ weekday: 7, start: "23:00", end: "24:00", everyWeeks: 2, validFrom: "2026-11-30", validUntil: "2028-02-29" });
    const kept = [shift(), shift({ start: "14:00", end: "18:00" }), late];
    const put = await herself.putSchedule({ staffId, shifts: [late, { ...kept[0], everyWeeks: 0 }, kept[1]!] });
    expect(put.shifts).toMatchObject(kept);
    expect(await admin.getSchedule({ staffId })).toMatchObject({ staffId, shifts: kept });

    await admin.putSchedule({ staffId, shifts: kept });
    await herself.putSchedule({ staffId, shifts: [kept[2]!, kept[1]!, kept[0]!] });
    await admin.putSchedule({ staffId, shifts: [] });
    await admin.putSchedule({ staffId, shifts: [] });
    expect(await emittedFacts(ScheduleChangedSchema, staffId)).toMatchObject([
      { staffId, shifts: kept, revision: 1n },
      { staffId, shifts: [], revision: 2n },
    ]);
  });

  test("may overlap only where they never meet", async () => {
    const { id: staffId } = await hire();
    const put = (...shifts: Partial<typeof always>[]) => admin.putSchedule({ staffId, shifts: shifts.map(shift) });
    await put({ everyWeeks: 2, validFrom: "2026-11-30" }, { everyWeeks: 2, validFrom: "2026-12-07" });
    await put({ validUntil: "2026-12-31" }, { validFrom: "2027-01-01" });
    expect(await refusal(put({}, { weekday: 2 }, { start: "12:00" }))).toBe("InvalidArgument shifts_overlap shifts[2]");
    expect(await emittedFacts(ScheduleChangedSchema, staffId)).toHaveLength(2);
  });

  test.each<[string, Partial<typeof always>]>([
    ["shifts[0].weekday", { weekday: 0 }],
    ["shifts[0].weekday", { weekday: 8 }],
    ["shifts[0].start", { start: "24:00" }],
    ["shifts[0].start", { start: "9:00" }],
    ["shifts[0].end", { end: "25:00" }],
    ["shifts[0]", { end: "09:00" }],
    ["shifts[0].everyWeeks", { everyWeeks: -1 }],
    ["shifts[0].everyWeeks", { everyWeeks: 9 }],
    ["shifts[0]", { everyWeeks: 2 }],
    ["shifts[0].validFrom", { validFrom: "2026-02-30" }],
    ["shifts[0].validFrom", { validFrom: "2026-13-01" }],
    ["shifts[0].validFrom", { validFrom: "0000-01-01" }],
    ["shifts[0].validUntil", { validUntil: "9999-12-31" }],
    ["shifts[0].validUntil", { validFrom: "2026-03-02", validUntil: "2026-03-01" }],
  ])("with a wrong %s are refused (%#)", async (field, wishes) => {
    const call = admin.putSchedule({ staffId: unknownId, shifts: [shift(wishes)] });
    expect(`${await refusal(call)} `).toContain(`InvalidArgument invalid_argument ${field} `);
  });

  test("are at most fifty", async () => {
    const shifts = Array.from({ length: 51 }, () => shift());
    expect(await refusal(admin.putSchedule({ staffId: unknownId, shifts }))).toBe("InvalidArgument invalid_argument shifts");
  });
});

describe("time off", () => {
  const days = (n: number) => timestampFromDate(new Date(Date.now() + n * 86_400_000));

  test("is taken, listed and given back by the stylist, and emits facts", async () => {
    const { email } = form();
    const { id: staffId } = await hire({ email });
    const herself = await signedIn(email);
    const now = (await herself.addTimeOff({ staffId, start: days(-1), end: days(1), reason: "Médico" })).timeOff!;
    const next = (await admin.addTimeOff({ staffId, start: now.end, end: days(3) })).timeOff!;
    const last = (await herself.addTimeOff({ staffId, start: days(10), end: days(375) })).timeOff!;
    expect(now).toMatchObject({ staffId, reason: "Médico" });

    const first = await herself.listTimeOff({ staffId, pageSize: 2 });
    expect(first.timeOff).toEqual([last, next]);
    const second = await herself.listTimeOff({ staffId, pageSize: 2, pageToken: first.nextPageToken });
    expect(second).toMatchObject({ timeOff: [now], nextPageToken: "" });

    await herself.removeTimeOff({ staffId, timeOffId: next.id });
    await herself.removeTimeOff({ staffId, timeOffId: next.id });
    expect((await admin.listTimeOff({ staffId })).timeOff).toEqual([last, now]);
    const again = (await herself.addTimeOff({ staffId, start: next.start, end: next.end })).timeOff!;
    const span = { start: next.start, end: next.end };
    expect(await emittedFacts(TimeOffChangedSchema, staffId)).toMatchObject([
      { timeOffId: now.id, staffId, removed: false, start: now.start, end: now.end },
      { timeOffId: next.id, removed: false, ...span },
      { timeOffId: last.id, removed: false },
      { timeOffId: next.id, removed: true, ...span },
      { timeOffId: again.id, removed: false, ...span },
    ]);
  });

  test("does not overlap the stylist's own, under concurrent requests", async () => {
    const [one, other] = [await hire(), await hire()];
    const [start, end] = [days(5), days(6)];
    const calls = Array.from({ length: 10 }, () => refusal(admin.addTimeOff({ staffId: one.id, start, end })));
    const outcomes = await Promise.all(calls);
    expect(outcomes.sort()).toEqual([...Array<string>(9).fill("FailedPrecondition time_off_overlaps"), "not refused"]);
    await admin.addTimeOff({ staffId: other.id, start, end });
    expect((await admin.listTimeOff({ staffId: one.id })).timeOff).toHaveLength(1);
  });

  test("that makes no sense is refused", async () => {
    const { id: staffId } = await hire();
    const add = (wishes: object) => refusal(admin.addTimeOff({ staffId, start: days(1), end: days(2), ...wishes }));
    const { seconds } = days(1);
    expect(await add({ start: days(-2), end: days(-1) })).toBe("InvalidArgument invalid_argument end");
    expect(await add({ start: undefined })).toBe("InvalidArgument invalid_argument start");
    expect(await add({ end: undefined })).toBe("InvalidArgument invalid_argument end");
    expect(await add({ start: days(3) })).toBe("InvalidArgument invalid_argument");
    expect(await add({ end: days(400) })).toBe("InvalidArgument invalid_argument");
    expect(await add({ start: { seconds, nanos: 1 }, end: { seconds, nanos: 2 } })).toBe("InvalidArgument invalid_argument end");
    expect(await add({ start: days(2_000), end: days(2_001) })).toBe("InvalidArgument invalid_argument start");
    const year9999 = BigInt(Date.parse("9999-12-31T00:00:00Z") / 1_000);
    expect(await add({ start: { seconds: year9999 }, end: { seconds: year9999 + 60n } })).toBe("InvalidArgument invalid_argument start");
    for (const far of [2n ** 62n, 10n ** 15n, 253_402_300_800n])
      expect(await add({ start: { seconds: far }, end: { seconds: far + 60n } })).toMatch(/^InvalidArgument /);
    expect(await add({ start: { seconds: -(10n ** 15n) } })).toMatch(/^InvalidArgument /);
    expect(await add({ start: { seconds, nanos: -1 } })).toMatch(/^(InvalidArgument|not refused)/);
    expect(await add({ reason: "\0" })).toBe("InvalidArgument invalid_argument reason");
    expect(await add({ reason: "x".repeat(201) })).toBe("InvalidArgument invalid_argument reason");
    expect(await add({ staffId: unknownId })).toBe("NotFound not_found");
    const token = Buffer.from('["ayer","x"]').toString("base64url");
    expect(await refusal(admin.listTimeOff({ staffId, pageToken: token }))).toBe("InvalidArgument invalid_argument pageToken");
  });

  test("that is not there, or somebody else's, is not given back", async () => {
    const [one, other] = [await hire(), await hire()];
    const { timeOff } = await admin.addTimeOff({ staffId: one.id, start: days(1), end: days(2) });
    expect(timestampDate(timeOff!.end!).getTime()).toBeGreaterThan(Date.now());
    expect(await refusal(admin.removeTimeOff({ staffId: one.id, timeOffId: unknownId }))).toBe("NotFound not_found");
    expect(await refusal(admin.removeTimeOff({ staffId: other.id, timeOffId: timeOff!.id }))).toBe("NotFound not_found");
    expect((await admin.listTimeOff({ staffId: one.id })).timeOff).toHaveLength(1);
  });
});

test("a stylist acts for herself only, a client and a stranger not at all", async () => {
  const { email } = form();
  await hire({ email });
  const { id: staffId } = await hire();
  const timeOff = { staffId, start: timestampFromDate(new Date()), end: timestampFromDate(new Date(Date.now() + 60_000)) };
  const own = (who: Staff) => [
    () => who.getSchedule({ staffId }),
    () => who.putSchedule({ staffId, shifts: [] }),
    () => who.addTimeOff(timeOff),
    () => who.listTimeOff({ staffId }),
    () => who.removeTimeOff({ staffId, timeOffId: unknownId }),
  ];
  const adminOnly = (who: Staff) => [() => who.createStylist(form()), () => who.updateStylist({ staffId, active: false })];
  const colleague = await signedIn(email);
  for (const call of own(colleague)) expect(await refusal(call())).toBe("NotFound not_found");
  for (const call of adminOnly(colleague)) expect(await refusal(call())).toBe("PermissionDenied forbidden");
  for (const call of [...own(client), ...adminOnly(client)]) expect(await refusal(call())).toBe("PermissionDenied forbidden");
  for (const call of [...own(anyone), ...adminOnly(anyone)]) expect(await refusal(call())).toBe("Unauthenticated unauthenticated");
  for (const read of [() => admin.getSchedule({ staffId: unknownId }), () => admin.listTimeOff({ staffId: unknownId })])
    expect(await refusal(read())).toBe("NotFound not_found");
});

/** Waits until staff has handled the account's event (its inbox entry), so that it emits no further fact. */
async function eventHandled(accountId: string): Promise<void> {
  const [event] = await until(async () => {
    const found = await sql<{ id: string }>(system, "auth", "select id from outbox where key = $1 and published_at is not null", [
      accountId,
    ]);
    return found.length > 0 && found;
  });
  await until(async () => (await sql(system, "staff", "select 1 from inbox where event_id = $1", [event!.id])).length > 0);
}

/** The facts emitted for one aggregate, oldest first, once all of them are published to JetStream. */
const emittedFacts = <S extends DescMessage>(schema: S, key: string) =>
  until(async () => factsOf(schema, await sql(system, "staff", outbox, [subjectOf(schema), key])));
