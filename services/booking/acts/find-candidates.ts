import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { invalid, Refusal } from "@lacio/chassis/errors";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import type { App } from "../app.ts";
import type { Stylist } from "../domain/booking-line.ts";
import { slotTaken, type Wanted } from "./slot-taken.ts";

/** Who can take this start, in fair order, and on which terms. @throws Refusal when nobody can. */
export async function findCandidates(app: App, wanted: Wanted): Promise<{ terms: Terms; stylists: Stylist[] }> {
  const { terms, candidates, reason } = await app.availability.findCandidates({
    ...wanted,
    start: timestampFromDate(wanted.start),
  });
  if (terms && candidates.length > 0) return { terms, stylists: candidates };
  switch (reason) {
    case "service_unknown":
      throw invalid("serviceId", "there is no such service", reason);
    case "staff_unknown":
      throw invalid("staffId", "there is no such stylist", reason);
    case "skill_missing":
      throw new Refusal(reason, wanted.staffId ? "This stylist does not do this." : "No stylist does this at present.");
    case "not_working_then":
      throw new Refusal(reason, wanted.staffId ? "The stylist does not work then." : "Nobody works then.");
    case "slot_taken":
      throw await slotTaken(app, wanted, terms);
    default:
      throw new Error(`availability found nobody and gave the reason "${reason}"`);
  }
}
