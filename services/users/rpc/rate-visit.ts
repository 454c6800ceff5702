import { person } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { LockMode } from "@mikro-orm/core";
import { openProfile } from "../acts/open-profile.ts";
import type { App, Rpc } from "../app.ts";
import { Profile } from "../domain/profile.ts";
import { Visit } from "../domain/visit.ts";

export const rateVisit = (app: App): Rpc["rateVisit"] =>
  async function rateVisit({ bookingId, stars, comment }, ctx) {
    const { id } = await openProfile(app, person(ctx).id);
    return app.transact(async (tx) => {
      // The profile's row lock serialises with an erasure: no comment is written after the comments were deleted.
      (await tx.lock(Profile, { id })).refuseErased();
      const visit = await tx.em.findOne(Visit, { bookingId, clientId: id, missed: false }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!visit) throw notFound("booking");
      visit.rate(stars, comment, app.now());
      return {};
    }, ctx);
  };
