/** ISO 8601's weekday, 1 = Monday … 7 = Sunday, of a day counted from 1970-01-01, which was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

/**
 * Whether a shift is worked in the week of `day`: every n weeks, which are ISO 8601's and begin on Monday, counted from the one of its first
 * day. Days are counted from 1970-01-01. Without a first day it is worked every week.
 */
export const isShiftWeek = (everyWeeks: number, firstDay: number | null | undefined, day: number): boolean =>
  everyWeeks <= 1 || firstDay == null || (weekOf(day) - weekOf(firstDay)) % everyWeeks === 0;

const weekOf = (day: number): number => Math.floor((day + 3) / 7);
