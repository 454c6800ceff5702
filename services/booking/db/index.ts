import type { DatabaseParts } from "@lacio/chassis/db";
import { Refusal } from "@lacio/chassis/errors";
import { BookingLine } from "../domain/booking-line.ts";
import { Booking } from "../domain/booking.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { CompleteVisits } from "./migrations/20261129000000-complete-visits.ts";
import { SoldNames } from "./migrations/20261129000001-sold-names.ts";
import { Refunded } from "./migrations/20261129000100-refunded.ts";
import { OwnVisitAt } from "./migrations/20261129120000-own-visit-at.ts";
import { Settings } from "./migrations/20261130000000-settings.ts";
import { Owed } from "./migrations/20261201000000-owed.ts";
import { Jobs } from "./migrations/20261202000000-jobs.ts";
import { LostVisits } from "./migrations/20261203000000-lost-visits.ts";
import { Absences } from "./migrations/20261203000001-absences.ts";
import { ErasedClients } from "./migrations/20261205000000-erased-clients.ts";

export const database: DatabaseParts = {
  entities: [Booking, BookingLine],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261129000000-complete-visits", class: CompleteVisits },
    { name: "20261129000001-sold-names", class: SoldNames },
    { name: "20261129000100-refunded", class: Refunded },
    { name: "20261129120000-own-visit-at", class: OwnVisitAt },
    { name: "20261130000000-settings", class: Settings },
    { name: "20261201000000-owed", class: Owed },
    { name: "20261202000000-jobs", class: Jobs },
    { name: "20261203000000-lost-visits", class: LostVisits },
    { name: "20261203000001-absences", class: Absences },
    { name: "20261205000000-erased-clients", class: ErasedClients },
  ],
  refusals: {
    occupancy_bounds: () => new Refusal("service_too_long", "This service keeps a stylist busy for too long at a time."),
  },
};
