import { Code } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import { defineEntity, p } from "@mikro-orm/core";

const VisitSchema = defineEntity({
  name: "Visit",
  tableName: "visit",
  properties: {
    bookingId: p.uuid().primary(),
    clientId: p.uuid(),
    staffId: p.uuid(),
    missed: p.boolean(),
    stars: p.smallint().nullable(),
    comment: p.string().length(1_000).nullable(),
    ratedAt: p.datetime().nullable(),
  },
});

/** A projection of a completed booking, with the client's rating. */
export class Visit extends VisitSchema.class {
  /** A no-show: it cannot be rated any more. */
  miss(): void {
    this.missed = true;
  }

  rate(stars: number, comment: string, now: Date): void {
    if (this.ratedAt != null) throw new Refusal("already_rated", "This visit was rated already.", Code.AlreadyExists);
    Object.assign(this, { stars, comment, ratedAt: now });
  }
}
VisitSchema.setClass(Visit);
