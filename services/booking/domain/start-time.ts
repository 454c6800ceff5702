import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";
import type { Settings } from "@lacio/salon/settings";
import { later } from "./booking-line.ts";
import type { By } from "./booking-schema.ts";

/** The salon's time zone, and the present; `field` names the start in refusals. */
export type Here = { zone: string; now: Date; field?: string };

/**
 * A start that may be booked: within the bookable days; a client's also on the grid and after the lead time.
 * @throws Refusal naming the field
 */
export function startTime(desiredStart: Timestamp | undefined, by: By, settings: Settings, here: Here): Date {
  const { field = "desiredStart" } = here;
  const refused = (description: string, reason?: string) => invalid(field, description, reason);
  const start = time(desiredStart, field);
  if (start <= here.now) throw refused("must be in the future", "start_in_past");
  const { gridMinutes, bookableDaysAhead, bookableFromMinutes } = settings;
  const [there, now] = [local(start, here.zone), local(here.now, here.zone)];
  if (Temporal.PlainDate.compare(there.toPlainDate(), now.toPlainDate().add({ days: bookableDaysAhead })) > 0)
    throw refused(`must be at most ${bookableDaysAhead} days ahead`, "start_too_far");
  if (start.getTime() % 60_000 !== 0 || desiredStart!.nanos !== 0) throw refused("must be a full minute");
  if (by !== "CLIENT") return start;
  if ((there.hour * 60 + there.minute) % gridMinutes !== 0)
    throw refused(`must be on the salon's grid: every ${gridMinutes} minutes from midnight`, "start_off_grid");
  if (start < later(here.now, bookableFromMinutes))
    throw refused(`must be at least ${bookableFromMinutes} minutes ahead`, "start_too_soon");
  return start;
}

const local = (moment: Date, zone: string) => Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone);

/** A Timestamp within its documented range, the years 1 to 9999; a binary message can hold any int64. */
export function time(value: Timestamp | undefined, field: string): Date {
  const inRange = value && value.seconds >= -62_135_596_800n && value.seconds < 253_402_300_800n;
  if (!inRange || value.nanos < 0 || value.nanos > 999_999_999) throw invalid(field, "must be a time between the years 1 and 9999");
  return timestampDate(value);
}
