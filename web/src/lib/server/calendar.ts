/** A start that can be chosen, with the stylists who are free then. Times are RFC 3339. */
export type Hour = { start: string; end: string; staff: { id: string; name: string }[] };

/** Two weeks of a service: the number of free starts per day, the starts of one day, and alternatives when there are none. */
export type Calendar = {
  today: string;
  days: { day: string; count: number }[];
  /** The day whose hours are shown. */
  day: string;
  /** The day that was asked for and is full. */
  fullDay?: string;
  hours: Hour[];
  /** The stylist whose hours these are; empty: any stylist. */
  staffId: string;
  /** The requested stylist has no free start in these two weeks. */
  stylistHasNone: boolean;
  first?: Hour;
  /** The free starts nearest to the one that is taken, with any stylist. */
  nearest: Hour[];
  gone: boolean;
  chosen?: string;
  previous?: string;
  next?: string;
};

export type Wish = {
  serviceId: string;
  /** Empty: any stylist. */
  staffId: string;
  day?: string;
  start?: string;
  /** Booking has just refused the start as taken; availability is eventually consistent and may still list it. */
  taken?: boolean;
  /** Propose the first free start; with any stylist when the requested one has none. */
  first?: boolean;
  /** The slot the client already holds; the availability answer does not list it. */
  held?: { start: string; end: string; staffId: string };
};

const alternatives = 3;

/** The day of an instant in the salon's time zone, and the minutes between two starts. */
export type Clock = { dayOf: (at: string) => string; gridMinutes: number };

export function arrange(
  all: Hour[],
  days: string[],
  wish: Wish,
  { dayOf, gridMinutes }: Clock,
): Omit<Calendar, "today" | "previous" | "next"> {
  const free = wish.taken ? withoutTaken(all, wish) : all;
  const ofStylist = withStylist(free, wish.staffId);
  const stylistHasNone = wish.staffId !== "" && ofStylist.length === 0;
  const staffId = stylistHasNone && wish.first ? "" : wish.staffId;
  const hours = withHeld(staffId === wish.staffId ? ofStylist : free, wish);

  const wanted = wish.start && !wish.taken ? hours.find(isAt(wish.start)) : undefined;
  const held = wish.held && !wish.start ? hours.find(isAt(wish.held.start)) : undefined;
  const chosen = wanted ?? held ?? (wish.first && !wish.start ? hours[0] : undefined);
  const ofDay = Map.groupBy(thinned(hours, gridMinutes, chosen), ({ start }) => dayOf(start));
  const asked = wish.day ?? (chosen ? dayOf(chosen.start) : wish.start && dayOf(wish.start));
  const day = days.find((one) => one >= (asked ?? "") && ofDay.has(one)) ?? days.find((one) => ofDay.has(one)) ?? days[0]!;
  const gone = wish.start !== undefined && !wanted;
  return {
    days: days.map((one) => ({ day: one, count: ofDay.get(one)?.length ?? 0 })),
    day,
    ...(asked && asked !== day && !gone && days.indexOf(asked) > 0 && { fullDay: asked }),
    hours: ofDay.get(day) ?? [],
    staffId,
    stylistHasNone,
    first: hours[0],
    nearest: gone ? nearestTo(wish.start!, thinned(free, gridMinutes), staffId) : [],
    gone,
    ...(chosen && dayOf(chosen.start) === day && { chosen: chosen.start }),
  };
}

const isAt = (start: string) => (hour: Hour) => Date.parse(hour.start) === Date.parse(start);

function withStylist(hours: Hour[], staffId: string): Hour[] {
  if (!staffId) return hours;
  return hours.flatMap((hour) => {
    const staff = hour.staff.filter(({ id }) => id === staffId);
    return staff.length > 0 ? [{ ...hour, staff }] : [];
  });
}

// When a start with any stylist was refused, no stylist is free then.
function withoutTaken(hours: Hour[], { start, staffId }: Wish): Hour[] {
  return hours.flatMap((hour) => {
    if (!isAt(start ?? "")(hour)) return [hour];
    const staff = staffId ? hour.staff.filter(({ id }) => id !== staffId) : [];
    return staff.length > 0 ? [{ ...hour, staff }] : [];
  });
}

function withHeld(hours: Hour[], { held, staffId }: Wish): Hour[] {
  if (!held || (staffId && staffId !== held.staffId) || hours.some(isAt(held.start))) return hours;
  return [...hours, { ...held, staff: [] }].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

// A grid that divides 30 minutes is thinned to one start per half hour, enough to choose from on a phone; of others all are shown.
function thinned(hours: Hour[], gridMinutes: number, chosen?: Hour): Hour[] {
  const step = (30 % gridMinutes === 0 ? 30 : gridMinutes) * 60_000;
  const seen = new Set<number>();
  return hours.filter((hour) => {
    const part = Math.floor(Date.parse(hour.start) / step);
    const first = !seen.has(part);
    seen.add(part);
    return first || hour === chosen;
  });
}

function nearestTo(start: string, hours: Hour[], staffId: string): Hour[] {
  const distance = (hour: Hour) => Math.abs(Date.parse(hour.start) - Date.parse(start));
  const ofStylist = (hour: Hour) => (hour.staff.some(({ id }) => id === staffId) ? 0 : 1);
  const nearest = hours.toSorted((a, b) => distance(a) - distance(b) || ofStylist(a) - ofStylist(b)).slice(0, alternatives);
  return nearest.sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}
