import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { invalid, Refusal } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import { AbsenceWithdrawnSchema, StylistAbsentSchema, TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";

const AbsenceSchema = defineEntity({
  name: "Absence",
  tableName: "absence",
  properties: {
    id: p.uuid().primary(),
    staffId: p.uuid(),
    fromAt: p.datetime(),
    untilAt: p.datetime(),
    reason: p.string().length(200),
    reportedAt: p.datetime(),
    withdrawnAt: p.datetime().nullable(),
  },
});

/** When a stylist can't come, half-open. */
export type Span = { from: Date; until: Date };

const dayMs = 86_400_000;
const longestMs = 366 * dayMs;
const farthestMs = 5 * 366 * dayMs;

/** The time of a report: from now on and for the rest of the salon's day, unless it says otherwise. @throws Refusal naming the field */
export function spanOf(reported: Partial<Span>, zone: string, now: Date): Span {
  const from = reported.from ?? now;
  // Negated, as an instant beyond Date's range is NaN, and every comparison with NaN is false.
  if (!(from.getTime() > now.getTime() - longestMs)) throw invalid("from", "must be within the last 366 days");
  if (!(from.getTime() < now.getTime() + farthestMs)) throw invalid("from", "must be within the next five years");
  const until = reported.until ?? endOfDay(from, zone);
  if (!(until > now))
    throw reported.until ? invalid("until", "must be in the future") : invalid("from", "is on a day that is over: say until when");
  if (!(until > from)) throw invalid("until", "must be after from");
  if (!(until.getTime() <= from.getTime() + longestMs)) throw invalid("until", "must be at most 366 days after from");
  return { from, until };
}

function endOfDay(instant: Date, zone: string): Date {
  const day = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  return new Date(day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds);
}

/** A stylist who can't come, for a reason that could not be planned. Absences may overlap each other and time off. Soft delete, as TimeOff. */
export class Absence extends AbsenceSchema.class {
  static report(staffId: string, { from, until }: Span, reason: string, now: Date): [Absence, Fact[]] {
    const absence = Object.assign(new Absence(), { id: uuidv7(), staffId, fromAt: from, untilAt: until, reason, reportedAt: now });
    const span = { from: timestampFromDate(from), until: timestampFromDate(until) };
    const absent = fact(StylistAbsentSchema, staffId, { absenceId: absence.id, staffId, ...span, reason });
    // First nothing is offered in this time any more, then substitutes are looked for.
    return [absence, [absence.timeOff(), absent]];
  }

  /** The stylist can come after all. Idempotent: no second facts. @throws Refusal `absence_over` */
  withdraw(now: Date): Fact[] {
    if (this.withdrawnAt != null) return [];
    if (this.untilAt <= now) throw new Refusal("absence_over", "The absence is over.");
    this.withdrawnAt = now;
    return [this.timeOff(), fact(AbsenceWithdrawnSchema, this.staffId, { absenceId: this.id, staffId: this.staffId })];
  }

  private timeOff(): Fact {
    const { id: timeOffId, staffId, fromAt, untilAt, withdrawnAt } = this;
    const span = { start: timestampFromDate(fromAt), end: timestampFromDate(untilAt) };
    return fact(TimeOffChangedSchema, staffId, { timeOffId, staffId, ...span, removed: withdrawnAt != null });
  }
}
AbsenceSchema.setClass(Absence);
