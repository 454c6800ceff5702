import type { Handler } from "@lacio/chassis/consume";
import type { SubstituteReleasedSchema } from "@lacio/proto/booking/v1/events";
import { Reassignment } from "../domain/reassignment.ts";

/** The substitute is absent, too: the search goes on. A hold that merely ended changes nothing, as the deadline decides. */
export const onSubstituteReleased = (): Handler<typeof SubstituteReleasedSchema> =>
  async function onSubstituteReleased({ lossId, staffId, absent }, once) {
    if (!absent) return;
    await once(async (tx) => {
      const reassignment = await tx.lock(Reassignment, { id: lossId });
      if (reassignment.substituteLost(staffId)) tx.later("plan", "");
    });
  };
