import { person } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { LockMode } from "@mikro-orm/core";
import type { App } from "../app.ts";
import { Visit } from "../domain/visit.ts";
import type { Rpc } from "./index.ts";

export const rateVisit =
  (app: App): Rpc["rateVisit"] =>
  ({ bookingId, stars, comment }, ctx) =>
    app.transact(async (tx) => {
      const mine = { bookingId, clientId: person(ctx).id };
      const visit = await tx.em.findOne(Visit, mine, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!visit) throw notFound("booking");
      visit.rate(stars, comment, app.now());
      return {};
    }, ctx);
