import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";

const SkillSchema = defineEntity({
  name: "Skill",
  tableName: "skill",
  properties: { id: p.uuid().primary(), name: p.string().length(40), createdAt: p.datetime() },
});

/** What a stylist can do and a service needs: Keratina, Nano, … Renamed, never removed: facts and projections refer to its id. */
export class Skill extends SkillSchema.class {
  static add(name: string, now: Date): Skill {
    return Object.assign(new Skill(), { id: uuidv7(), name, createdAt: now });
  }

  rename(name: string): void {
    this.name = name;
  }
}
SkillSchema.setClass(Skill);

export const idsOf = (skills: Skill[]): string[] => skills.map(({ id }) => id).sort();
