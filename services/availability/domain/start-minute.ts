import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";

const [first, end] = [Date.UTC(1970), Date.UTC(9999)];

/** A wished start in minutes. The days around it have to be days of the calendar too, so the last of its years is no wish. */
export function startMinute(start: Timestamp | undefined, field = "start"): number {
  const ms = start ? timestampMs(start) : NaN;
  if (!(ms >= first && ms < end)) throw invalid(field, "must be a time between the years 1970 and 9998");
  return ms / 60_000;
}
