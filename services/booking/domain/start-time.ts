import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";

const daysAhead = 365;

/** A start that can be booked: a full minute in the coming year. */
export function startTime(desiredStart: Timestamp | undefined, now: Date): Date {
  const start = time(desiredStart, "desiredStart");
  if (start <= now) throw invalid("desiredStart", "must be in the future", "start_in_past");
  if (start.getTime() - now.getTime() > daysAhead * 86_400_000)
    throw invalid("desiredStart", `must be within ${daysAhead} days`, "start_too_far");
  if (start.getTime() % 60_000 !== 0 || desiredStart!.nanos !== 0) throw invalid("desiredStart", "must be a full minute");
  return start;
}

/** A moment between the years 1 and 9999, which is what Timestamp promises and binary messages need not keep. */
export function time(value: Timestamp | undefined, field: string): Date {
  const inRange = value && value.seconds >= -62_135_596_800n && value.seconds < 253_402_300_800n;
  if (!inRange || value.nanos < 0 || value.nanos > 999_999_999) throw invalid(field, "must be a time between the years 1 and 9999");
  return timestampDate(value);
}
