import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import type { App } from "../app.ts";
import type { Substitute } from "../domain/answer.ts";
import { substitutesOf, type Wanted } from "../domain/candidates.ts";
import { preferenceOf } from "./preference-of.ts";

/** Who is free for exactly this visit and may do it, in fair order, and today's terms of the service; undefined when it is not known any more. */
export async function findSubstitutes(app: App, lost: Wanted): Promise<{ substitutes: Substitute[]; terms: Terms | undefined }> {
  const { bookingId: ignoreBookingId, serviceId, startsAt, soldAs } = lost;
  const found = await app.availability.findCandidates({ serviceId, ignoreBookingId, soldAs, start: timestampFromDate(startsAt) });
  return { substitutes: substitutesOf(found, lost), terms: found.terms };
}

/** Who the plan may give it to. Nobody, if the client can't be asked any more and wishes a refund: another visit may need that stylist. */
export async function wantedSubstitutes(app: App, lost: Wanted & { clientId: string; anyStaff: boolean }, canAsk: boolean) {
  const found = await findSubstitutes(app, lost);
  const decided = canAsk || lost.anyStaff || found.substitutes.length === 0;
  return decided || (await preferenceOf(app, lost.clientId)) === "SUBSTITUTE" ? found : { ...found, substitutes: [] };
}
