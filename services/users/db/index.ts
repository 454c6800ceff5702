import type { DatabaseParts } from "@lacio/chassis/db";
import { Profile } from "../domain/profile.ts";
import { Visit } from "../domain/visit.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { LongerDocumentTypes } from "./migrations/20261128000000-longer-document-types.ts";
import { MissedVisits } from "./migrations/20261129000000-missed-visits.ts";
import { EmailVerified } from "./migrations/20261129000001-email-verified.ts";
import { RatingsOfClient } from "./migrations/20261205000000-ratings-of-client.ts";
import { EmailChangedAt } from "./migrations/20261206000000-email-changed-at.ts";

export const database: DatabaseParts = {
  entities: [Profile, Visit],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261128000000-longer-document-types", class: LongerDocumentTypes },
    { name: "20261129000000-missed-visits", class: MissedVisits },
    { name: "20261129000001-email-verified", class: EmailVerified },
    { name: "20261205000000-ratings-of-client", class: RatingsOfClient },
    { name: "20261206000000-email-changed-at", class: EmailChangedAt },
  ],
};
