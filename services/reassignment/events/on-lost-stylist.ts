import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import { failpoint } from "@lacio/chassis/failpoint";
import type { BookingLostStylist, BookingLostStylistSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { deadlineOf } from "../domain/deadline.ts";
import type { SoldAs } from "../domain/reassignment-schema.ts";
import { Reassignment, type Loss } from "../domain/reassignment.ts";

/** Opens the case. One job plans for all cases that wait. */
export const onLostStylist = (app: App): Handler<typeof BookingLostStylistSchema> =>
  async function onLostStylist(event, once) {
    failpoint("reassignment.before_case");
    await once(async (tx) => {
      if (await tx.find(Reassignment, { id: event.lossId })) return;
      const [loss, now] = [lossOf(event), app.now()];
      const opened = Reassignment.open(loss, deadlineOf(now, loss.startsAt, app.config), now);
      tx.add(opened);
      tx.later("plan", "");
      if (opened.deadline > now) tx.later("decide", opened.id, opened.deadline); // also if nobody could be looked for until then
    });
  };

function lossOf({ lossId, bookingId, clientId, staffId, lines, price, anyStaff, soldAs, ...absence }: BookingLostStylist): Loss {
  const line = lines.find((one) => one.staffId === staffId) ?? lines[0]!;
  const { staffName, serviceId, serviceName, serviceNameEn } = line;
  return {
    ...{ id: lossId, bookingId, clientId, staffId, staffName, serviceId, serviceName, serviceNameEn, anyStaff },
    startsAt: timestampDate(line.start!),
    endsAt: timestampDate(line.end!),
    price: price!.minorUnits,
    currency: price!.currencyCode,
    soldAs: layoutOf(soldAs),
    absenceId: absence.absenceId || null,
    absenceSize: absence.absenceSize,
  };
}

function layoutOf(soldAs: BookingLostStylist["soldAs"]): SoldAs {
  const { phases, bufferMinutes } = soldAs!;
  return { phases: phases.map(({ name, minutes, busy }) => ({ name, minutes, busy })), bufferMinutes };
}
