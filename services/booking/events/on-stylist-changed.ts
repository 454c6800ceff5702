import type { Handler } from "@lacio/chassis/consume";
import type { StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { watchLater } from "../timers/watch-lost-visit.ts";

/** Who works here no longer is offered as a substitute no longer; the search goes on. */
export const onStylistChanged = (): Handler<typeof StylistChangedSchema> =>
  async function onStylistChanged({ staffId, active }, once) {
    await once(async (tx) => {
      if (active) return;
      const held = await tx.sql<{ id: string }>("select id from booking where held_staff_id = $1 order by id for update", [staffId]);
      for (const { id } of held) {
        const booking = await lockBooking(tx, id);
        tx.emit(new LostVisit(booking).releaseSubstitute(true));
        await release(tx, [id]);
        watchLater(tx, booking);
      }
    });
  };
