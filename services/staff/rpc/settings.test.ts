import { describe, expect, test } from "@jest/globals";
import type { Client } from "@connectrpc/connect";
import { readConfig } from "@lacio/chassis/config";
import { subjectOf } from "@lacio/chassis/fact";
import { SettingsChangedSchema } from "@lacio/proto/staff/v1/events";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { usualSettings } from "@lacio/salon/settings";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, refusal, signUp, sql, until } from "@lacio/testkit/testing";
import { readFirstSettings } from "../acts/first-settings.ts";
import { factsOf, outbox } from "../testing/facts.ts";

let system: System;
let admin: Client<typeof StaffService>;
let anyone: Client<typeof StaffService>;

await beforeTests(
  async () => {
    const serviceEnv = { staff: { HOLD_MINUTES: "20", CANCEL_LATE_REFUND_PERCENT: "0" } };
    system = await startSystem({ services: ["auth", "staff"], edge: false, stripe: false, fsync: false, serviceEnv });
    admin = clientFor(StaffService, system, await adminToken(system));
    anyone = clientFor(StaffService, system);
  },
  () => system?.stop(),
);

const first = { ...usualSettings, holdMinutes: 20, lateRefundPercent: 0 };
const emittedFacts = () =>
  until(async () => factsOf(SettingsChangedSchema, await sql(system, "staff", outbox, [subjectOf(SettingsChangedSchema), "settings"])));

describe("one setting, one place", () => {
  test("the environment gives the initial values alone: they are written and emitted at the first start", async () => {
    expect(await anyone.getSettings({})).toMatchObject({ settings: first, revision: 1n });
    await system.process("staff").kill();
    await system.process("staff").restart({ HOLD_MINUTES: "30" });
    expect(await anyone.getSettings({})).toMatchObject({ settings: first, revision: 1n });
    expect(await emittedFacts()).toMatchObject([{ settings: first, revision: 1n }]);
  });

  test("an ADMIN makes partial updates under optimistic concurrency; each change emits the whole state, a repeat emits nothing", async () => {
    const changed = { ...first, bookableFromMinutes: 0, gridMinutes: 30 };
    const wish = { settings: { bookableFromMinutes: 0, gridMinutes: 30 }, expectedRevision: 1n };
    expect(await admin.updateSettings(wish)).toMatchObject({ settings: changed, revision: 2n });
    expect(await refusal(admin.updateSettings(wish))).toBe("Aborted settings_changed");
    expect(await admin.updateSettings({ ...wish, expectedRevision: 2n })).toMatchObject({ settings: changed, revision: 2n });
    expect(await anyone.getSettings({})).toMatchObject({ settings: changed, revision: 2n });
    expect(await emittedFacts()).toMatchObject([
      { settings: first, revision: 1n },
      { settings: changed, revision: 2n },
    ]);
  });

  test.each<[string, object, string]>([
    ["a grid that an hour does not hold", { gridMinutes: 7 }, "settings.gridMinutes"],
    ["no day at all", { bookableDaysAhead: 0 }, "settings.bookableDaysAhead"],
    ["three years", { bookableDaysAhead: 1_096 }, "settings.bookableDaysAhead"],
    ["a start that was", { bookableFromMinutes: -1 }, "settings.bookableFromMinutes"],
    ["a start after the last day", { bookableDaysAhead: 1, bookableFromMinutes: 1_440 }, "settings.bookableFromMinutes"],
    ["a hold of no time", { holdMinutes: 0 }, "settings.holdMinutes"],
    ["a hold of two days", { holdMinutes: 2_880 }, "settings.holdMinutes"],
    ["a limit after the start", { freeUntilHours: -1 }, "settings.freeUntilHours"],
    ["more than everything back", { lateRefundPercent: 101 }, "settings.lateRefundPercent"],
  ])("refuses %s, naming it", async (_, settings, field) => {
    const { revision: expectedRevision } = await anyone.getSettings({});
    expect(await refusal(admin.updateSettings({ settings, expectedRevision }))).toBe(`InvalidArgument invalid_argument ${field}`);
  });

  test("nobody but an ADMIN changes them, and the expected revision is required", async () => {
    const wish = { settings: { holdMinutes: 5 }, expectedRevision: 2n };
    expect(await refusal(anyone.updateSettings(wish))).toBe("Unauthenticated unauthenticated");
    const client = clientFor(StaffService, system, (await signUp(system)).accessToken);
    expect(await refusal(client.updateSettings(wish))).toBe("PermissionDenied forbidden");
    expect(await refusal(admin.updateSettings({ settings: wish.settings }))).toBe("InvalidArgument invalid_argument expectedRevision");
    expect(await refusal(admin.updateSettings({ expectedRevision: 2n }))).toBe("InvalidArgument invalid_argument settings");
  });

  test("a wrong first value stops the process and is named by its variable, like every other", () => {
    const wrong = { SLOT_GRID_MINUTES: "7", BOOKABLE_DAYS_AHEAD: "0", HOLD_MINUTES: "soon", CANCEL_FREE_UNTIL_HOURS: "12" };
    const read = () => readConfig(readFirstSettings, wrong);
    for (const name of ["SLOT_GRID_MINUTES", "BOOKABLE_DAYS_AHEAD", "HOLD_MINUTES"]) expect(read).toThrow(new RegExp(name));
    expect(read).not.toThrow(/CANCEL_FREE_UNTIL_HOURS|BOOKABLE_FROM_MINUTES/);
    expect(readConfig(readFirstSettings, {})).toEqual(usualSettings);
  });
});
