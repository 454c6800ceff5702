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

/** Somebody who does the work. The id is that of the account with the role STYLIST. */
export class Stylist extends StylistSchema.class {
  /** The first change tells of the stylist even when it changes nothing; a later one only when it does. */
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

  /** What is known of the stylist. The skills must be loaded. */
  known() {
    const { id, name, bio, active } = this;
    return { id, name, bio, active, skillIds: idsOf(this.skills.getItems()) };
  }
}
StylistSchema.setClass(Stylist);
