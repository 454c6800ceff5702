// schema.org's openingHours, as "Mo-Fr 08:00-18:00,Sa 08:00-16:00", for people and for search engines.

const days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

export type Opening = { days: string; hours: string };

/** The lines of a table of opening hours, in the words of a locale ("es-CO", "en-US"). */
export function openingHours(text: string, tag: string): Opening[] {
  return text
    .split(",")
    .map((part) => /^\s*(\w\w)(?:-(\w\w))? (\d\d:\d\d)-(\d\d:\d\d)\s*$/.exec(part))
    .filter((found) => found !== null)
    .map(([, first, last, from, until]) => ({
      days: [first!, last]
        .filter((day) => day !== undefined)
        .map((day) => dayName(day, tag))
        .join(" – "),
      hours: `${clock(from!, tag)} – ${clock(until!, tag)}`,
    }));
}

// 5 January 2026 is a Monday.
const dayName = (day: string, tag: string) =>
  new Intl.DateTimeFormat(tag, { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2026, 0, 5 + days.indexOf(day))));

const clock = (time: string, tag: string) =>
  new Intl.DateTimeFormat(tag, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(new Date(`2026-01-05T${time}:00Z`));
