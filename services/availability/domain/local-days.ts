const DAY = 1440;
// Wider than any offset from UTC.
const MARGIN = 1080;
// A service may run into the days after the last one, where offset changes must be known, too.
const LOOK_AHEAD = 7 * DAY;

// Whole consecutive days in the salon's zone, with the UTC offsets that convert wall time to instants by adding.
export type LocalDays = {
  firstDay: number;
  lastDay: number;
  // The first instant of the first day, and the first instant after the last.
  from: number;
  until: number;
  offsets: Offset[];
};

type Offset = { from: number; until: number; minutes: number };

export function localDays(zone: string, firstDay: number, lastDay: number): LocalDays {
  const offsets = offsetsBetween(zone, firstDay * DAY - MARGIN, (lastDay + 1) * DAY + MARGIN + LOOK_AHEAD);
  return {
    firstDay,
    lastDay,
    from: toInstant(offsets, firstDay * DAY),
    until: toInstant(offsets, (lastDay + 1) * DAY),
    offsets,
  };
}

// The local day that contains an instant, with some days on either side.
export function localDaysAround(zone: string, instant: number, daysBefore = 0, daysAfter = 0): LocalDays {
  const day = Math.floor(toLocal(offsetsBetween(zone, instant, instant + 1), instant) / DAY);
  return localDays(zone, day - daysBefore, day + daysAfter);
}

// "YYYY-MM-DD" as a day; undefined when there is no such day.
export function parseDay(text: string): number | undefined {
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(text)) return undefined;
  return milliseconds / 86_400_000;
}

// DST: an ambiguous wall time means its first occurrence; one in the gap means the first instant after it.
export function toInstant(offsets: Offset[], local: number): number {
  for (const { from, until, minutes } of offsets) {
    const instant = local - minutes;
    if (instant < until) return Math.max(instant, from);
  }
  throw new RangeError("the last offset has no end");
}

export function toLocal(offsets: Offset[], instant: number): number {
  const offset = offsets.find(({ until }) => instant < until);
  if (!offset) throw new RangeError("the last offset has no end");
  return instant + offset.minutes;
}

// Temporal is slow: two or three calls per search, integer arithmetic afterwards.
function offsetsBetween(zone: string, from: number, until: number): Offset[] {
  const offsets: Offset[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(from * 60_000).toZonedDateTimeISO(zone);
  for (let begins = -Infinity; begins < until;) {
    const next = at.getTimeZoneTransition("next");
    const ends = next ? Math.ceil(next.epochMilliseconds / 60_000) : Infinity;
    offsets.push({ from: begins, until: ends < until ? ends : Infinity, minutes: Math.round(at.offsetNanoseconds / 60e9) });
    if (!next || ends >= until) break;
    at = next;
    begins = ends;
  }
  return offsets;
}
