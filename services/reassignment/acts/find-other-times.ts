import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { App } from "../app.ts";
import type { OtherTime } from "../domain/reassignment-facts.ts";
import type { Reassignment } from "../domain/reassignment.ts";

// More than are shown: at the lost start itself several stylists may be free who are no substitutes.
const asked = 25;

/** The free starts nearest to the lost one, the lost stylist's first among equally near ones. Lead time does not apply: it is the salon's fault. */
export async function findOtherTimes(app: App, lost: Reassignment, limit: number): Promise<OtherTime[]> {
  const { serviceId, staffId, startsAt, bookingId: ignoreBookingId, soldAs } = lost;
  const wanted = { serviceId, staffId, start: timestampFromDate(startsAt), ignoreBookingId, soldAs };
  const { slots } = await app.availability.findAlternatives({ ...wanted, limit: asked, desk: true });
  return slots
    .filter(({ start }) => timestampDate(start!).getTime() !== startsAt.getTime())
    .slice(0, limit)
    .map(({ start, end, staffId, staffName }) => ({ start, end, staffId, staffName }));
}
