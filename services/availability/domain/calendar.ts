import type { Settings } from "@lacio/salon/settings";

// Everything a search for free time needs, a consistent snapshot: one statement reads it from the projection.
// Instants are whole minutes since 1970-01-01T00:00Z; days are whole days since 1970-01-01.
export type Calendar = { service: Service; stylists: StylistCalendar[] };

// The part of the salon's settings that bounds the starts offered.
export type SearchSettings = Pick<Settings, "gridMinutes" | "bookableDaysAhead" | "bookableFromMinutes">;

export type Service = {
  id: string;
  name: string;
  nameEn: string;
  price: { currencyCode: string; minorUnits: number };
  ivaPercent: number;
  phases: Phase[];
  bufferMinutes: number;
};

export type Phase = { name: string; minutes: number; busy: boolean };

export type StylistCalendar = {
  staffId: string;
  staffName: string;
  // Has every required skill. The query filters by skill, except for a stylist asked for by id.
  skilled: boolean;
  shifts: Shift[];
  timeOff: Spans;
  busy: Spans;
};

// Recurring hours on one weekday, in wall-clock minutes after local midnight; 1440 = 24:00.
export type Shift = {
  weekday: number;
  start: number;
  end: number;
  everyWeeks: number;
  validFrom: number | null;
  validUntil: number | null;
};

// Half-open intervals as a flat array: start, end, start, end, … sorted by start; flat for speed, a month has thousands.
export type Spans = number[];

export type Slot = { start: number; end: number; staffId: string; staffName: string };
