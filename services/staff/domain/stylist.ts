import { isDeepStrictEqual } from "node:util";
import { fact, type Fact } from "@lacio/chassis/fact";
import { ScheduleChangedSchema, StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import type { Shift } from "./shift.ts";
import { idsOf, Skill } from "./skill.ts";

const StylistSchema = defineEntity({
  name: "Stylist",
  tableName: "stylist",
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(100),
    bio: p.string().length(1_000),
    active: p.boolean(),
    skills: () => p.manyToMany(Skill).pivotTable("staff_skills").joinColumn("staff_id").inverseJoinColumn("skill_id"),
    revision: p.bigint("bigint"),
    scheduleRevision: p.bigint("bigint"),
    createdAt: p.datetime(),
  },
});

/** A person who serves clients. The id is that of the account with the role STYLIST. */
export class Stylist extends StylistSchema.class {
  /** Partial update. Revision 0 means never emitted: the first call always emits the fact, a later one only on a change. */
  change({ skills, ...rest }: { name?: string; bio?: string; active?: boolean; skills?: Skill[] }): Fact[] {
    const before = this.known();
    Object.assign(this, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if (skills) this.skills.set(skills);
    if (this.revision > 0n && isDeepStrictEqual(before, this.known())) return [];
    this.revision += 1n;
    const { id: staffId, active, skillIds } = this.known();
    return [fact(StylistChangedSchema, staffId, { staffId, active, skillIds, revision: this.revision })];
  }

  work(shifts: Shift[]): Fact {
    this.scheduleRevision += 1n;
    return fact(ScheduleChangedSchema, this.id, { staffId: this.id, shifts, revision: this.scheduleRevision });
  }

  /** The state that answers show and changes are compared by. The skills must be loaded. */
  known() {
    const { id, name, bio, active } = this;
    return { id, name, bio, active, skillIds: idsOf(this.skills.getItems()) };
  }
}
StylistSchema.setClass(Stylist);
