import type { Settings } from "@lacio/salon/settings";

// Everything a question about free time needs, as one read of the projection gives it.
// Instants are whole minutes since 1970-01-01T00:00Z; days are whole days since 1970-01-01.
export type Calendar = { service: Service; stylists: StylistCalendar[] };

// What of the salon's settings says which starts are offered.
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
  // Has every skill that was asked for. Only a stylist asked for by id can be here without.
  skilled: boolean;
  shifts: Shift[];
  timeOff: Spans;
  busy: Spans;
};

// Recurring hours on one weekday: minutes of the wall clock after local midnight, 1440 = 24:00.
export type Shift = {
  weekday: number;
  start: number;
  end: number;
  everyWeeks: number;
  validFrom: number | null;
  validUntil: number | null;
};

// Half-open pairs, start, end, start, end, … sorted by start: flat, because a month of a salon is thousands of them.
export type Spans = number[];

export type Slot = { start: number; end: number; staffId: string; staffName: string };
