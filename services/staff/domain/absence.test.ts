import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { Refusal } from "@lacio/chassis/errors";
import { AbsenceWithdrawnSchema, StylistAbsentSchema, TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";
import { Absence, spanOf } from "./absence.ts";

const bogota = "America/Bogota";
// Nine in the morning in Bogotá.
const now = new Date("2026-12-01T14:00:00Z");
const later = (ms: number, from = now) => new Date(from.getTime() + ms);
const day = 86_400_000;

describe("the time of a report", () => {
  test.each<[string, string, string, string | undefined, string | undefined, string, string]>([
    ["says nothing", bogota, "2026-12-01T14:00:00Z", undefined, undefined, "2026-12-01T14:00:00Z", "2026-12-02T05:00:00Z"],
    ["begins this morning", bogota, "2026-12-01T14:00:00Z", "2026-12-01T11:00:00Z", undefined, "2026-12-01T11:00:00Z", "2026-12-02T05:00:00Z"], // prettier-ignore
    ["begins tonight, tomorrow by UTC", bogota, "2026-12-01T14:00:00Z", "2026-12-02T03:30:00Z", undefined, "2026-12-02T03:30:00Z", "2026-12-02T05:00:00Z"], // prettier-ignore
    ["begins at midnight", bogota, "2026-12-01T14:00:00Z", "2026-12-03T05:00:00Z", undefined, "2026-12-03T05:00:00Z", "2026-12-04T05:00:00Z"], // prettier-ignore
    ["says until when", bogota, "2026-12-01T14:00:00Z", undefined, "2026-12-04T05:00:00Z", "2026-12-01T14:00:00Z", "2026-12-04T05:00:00Z"],
    ["began days ago and lasts", bogota, "2026-12-01T14:00:00Z", "2026-11-28T13:00:00Z", "2026-12-04T05:00:00Z", "2026-11-28T13:00:00Z", "2026-12-04T05:00:00Z"], // prettier-ignore
    ["a day of 25 hours", "Europe/Madrid", "2026-10-24T22:30:00Z", undefined, undefined, "2026-10-24T22:30:00Z", "2026-10-25T23:00:00Z"],
    ["a day before one that begins at 1:00", "America/Santiago", "2026-09-05T16:00:00Z", undefined, undefined, "2026-09-05T16:00:00Z", "2026-09-06T04:00:00Z"], // prettier-ignore
  ])("%s", (_, zone, at, from, until, expectedFrom, expectedUntil) => {
    const reported = { from: from ? new Date(from) : undefined, until: until ? new Date(until) : undefined };
    expect(spanOf(reported, zone, new Date(at))).toEqual({ from: new Date(expectedFrom), until: new Date(expectedUntil) });
  });

  test("is at most 366 days, and begins within five years", () => {
    const from = later(5 * 366 * day - 1);
    expect(spanOf({ from, until: later(366 * day, from) }, bogota, now).from).toEqual(from);
  });

  test.each<[string, { from?: Date; until?: Date }]>([
    ["until", { until: now }],
    ["until", { until: new Date(NaN) }],
    ["until", { from: later(day), until: later(day) }],
    ["until", { until: later(366 * day + 1) }],
    ["until", { from: later(-2 * day), until: later(364 * day + 1) }],
    ["from", { from: new Date(NaN) }],
    ["from", { from: later(5 * 366 * day) }],
    ["from", { from: later(-day) }],
    ["from", { from: later(-366 * day), until: later(day) }],
    ["from", { from: new Date(-8.64e15) }],
    ["from", { from: new Date(8.64e15) }],
  ])("is refused by its %s (%#)", (field, reported) => {
    const refused = () => spanOf(reported, bogota, now);
    expect(refused).toThrow(Refusal);
    expect(refused).toThrow(new RegExp(`^${field}: `));
  });
});

describe("an absence", () => {
  const staffId = "01990000-0000-7000-8000-000000000001";
  const span = { from: later(-day), until: later(day) };

  test("closes the time first, then says who can't come", () => {
    const [{ id, ...absence }, facts] = Absence.report(staffId, span, "Gripa", now);
    expect(absence).toMatchObject({ staffId, fromAt: span.from, untilAt: span.until, reason: "Gripa", reportedAt: now });
    expect(facts.map(({ subject, key }) => [subject, key])).toEqual([
      ["staff.time_off_changed", staffId],
      ["staff.stylist_absent", staffId],
    ]);
    const timeOff = fromBinary(TimeOffChangedSchema, facts[0]!.payload);
    expect(timeOff).toMatchObject({ timeOffId: id, staffId, removed: false });
    expect([timestampDate(timeOff.start!), timestampDate(timeOff.end!)]).toEqual([span.from, span.until]);
    const absent = fromBinary(StylistAbsentSchema, facts[1]!.payload);
    expect(absent).toMatchObject({ absenceId: id, staffId, reason: "Gripa" });
    expect([timestampDate(absent.from!), timestampDate(absent.until!)]).toEqual([span.from, span.until]);
  });

  test("is withdrawn once, until it is over", () => {
    const [absence] = Absence.report(staffId, span, "Gripa", now);
    const facts = absence.withdraw(later(day - 1));
    expect(facts.map(({ subject, key }) => [subject, key])).toEqual([
      ["staff.time_off_changed", staffId],
      ["staff.absence_withdrawn", staffId],
    ]);
    expect(fromBinary(TimeOffChangedSchema, facts[0]!.payload)).toMatchObject({ timeOffId: absence.id, removed: true });
    expect(fromBinary(AbsenceWithdrawnSchema, facts[1]!.payload)).toMatchObject({ absenceId: absence.id, staffId });
    expect(absence.withdraw(later(2 * day))).toEqual([]);
  });

  test("that is over stays", () => {
    const [absence] = Absence.report(staffId, span, "Gripa", now);
    expect(() => absence.withdraw(span.until)).toThrow(expect.objectContaining({ reason: "absence_over" }));
    expect(absence.withdrawnAt).toBeUndefined();
  });
});
