import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import { TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";

const TimeOffSchema = defineEntity({
  name: "TimeOff",
  tableName: "time_off",
  properties: {
    id: p.uuid().primary(),
    staffId: p.uuid(),
    startAt: p.datetime(),
    endAt: p.datetime(),
    reason: p.string().length(200),
    createdAt: p.datetime(),
    removedAt: p.datetime().nullable(),
  },
});

const farthestMs = 5 * 366 * 86_400_000;

/** A span without new bookings. Soft delete: the row is kept, so that removing it is idempotent. */
export class TimeOff extends TimeOffSchema.class {
  static take(staffId: string, startAt: Date, endAt: Date, reason: string, now: Date): [TimeOff, Fact] {
    // Negated, as an instant beyond Date's range is NaN, and every comparison with NaN is false.
    if (!(endAt > now)) throw invalid("end", "must be in the future");
    if (!(startAt.getTime() < now.getTime() + farthestMs)) throw invalid("start", "must be within the next five years");
    if (!(endAt > startAt)) throw invalid("end", "must be after start");
    const timeOff = Object.assign(new TimeOff(), { id: uuidv7(), staffId, startAt, endAt, reason, createdAt: now });
    return [timeOff, changed(timeOff)];
  }

  remove(now: Date): Fact[] {
    if (this.removedAt != null) return [];
    this.removedAt = now;
    return [changed(this)];
  }
}
TimeOffSchema.setClass(TimeOff);

function changed({ id: timeOffId, staffId, startAt, endAt, removedAt }: TimeOff): Fact {
  const span = { start: timestampFromDate(startAt), end: timestampFromDate(endAt) };
  return fact(TimeOffChangedSchema, staffId, { timeOffId, staffId, ...span, removed: removedAt != null });
}
