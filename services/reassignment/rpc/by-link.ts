import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import type { AlternativeSchema } from "@lacio/proto/booking/v1/booking_service";
import { refusalOf } from "../acts/booking-refusal.ts";
import { giveAnswer } from "../acts/give-answer.ts";
import { openLink } from "../acts/open-link.ts";
import type { App, Rpc } from "../app.ts";
import { whatElse } from "./alternatives.ts";
import { showWithoutClient } from "./show-reassignment.ts";

// What a client can do signed in, for whoever holds the link of the mail: of this reassignment alone, and without the client's id.

export const getAlternativesByLink = (app: App): Rpc["getAlternativesByLink"] =>
  async function getAlternativesByLink({ token }) {
    const reassignment = await openLink(app, token);
    return { reassignment: showWithoutClient(reassignment), ...(await whatElse(app, reassignment)) };
  };

export const getSlotsByLink = (app: App): Rpc["getSlotsByLink"] =>
  async function getSlotsByLink({ token, date, toDate, staffId, firstFree }) {
    const lost = await openLink(app, token);
    if (lost.settledAt != null) return {}; // nothing is left to choose
    const booked = { start: timestampFromDate(lost.startsAt), staffId: lost.staffId };
    const moved = { bookingId: lost.bookingId, serviceId: lost.serviceId, soldAs: lost.soldAs, booked };
    const found = await app.availability.findMoves({ ...moved, date, toDate, staffId, firstFree, desk: true });
    return { slots: found.slots.map(showAlternative), firstFree: found.firstFree && showAlternative(found.firstFree) };
  };

const showAlternative = ({ start, end, staffId, staffName }: Slot): MessageInitShape<typeof AlternativeSchema> => ({
  ...{ start, end, staffId, staffName },
});

export const answerByLink = (app: App): Rpc["answerByLink"] =>
  async function answerByLink({ token, answer }) {
    const { id } = await openLink(app, token);
    return { reassignment: showWithoutClient(await giveAnswer(app, id, answer).catch(withoutOtherVisit)) };
  };

// The link is of one visit: the refusal does not name the client's other one.
function withoutOtherVisit(error: unknown): never {
  if (refusalOf(error) !== "overlaps_own_visit") throw error;
  throw new Refusal("overlaps_own_visit", ConnectError.from(error).rawMessage);
}
