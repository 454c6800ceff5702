import type { MessageInitShape } from "@bufbuild/protobuf";
import { invalid } from "@lacio/chassis/errors";
import type { SkillSchema as SkillMessage } from "@lacio/proto/staff/v1/staff_service";
import { defineEntity, p, type EntityManager } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";

const SkillSchema = defineEntity({
  name: "Skill",
  tableName: "skill",
  properties: { id: p.uuid().primary(), name: p.string().length(40), createdAt: p.datetime() },
});

/** What a stylist can do and a service needs: Keratina, Nano, … A skill is renamed, never removed. */
export class Skill extends SkillSchema.class {
  static add(name: string, now: Date): Skill {
    return Object.assign(new Skill(), { id: uuidv7(), name, createdAt: now });
  }

  message(): MessageInitShape<typeof SkillMessage> {
    return { id: this.id, name: this.name };
  }
}
SkillSchema.setClass(Skill);

/** The skills with these ids. @throws Refusal naming `field` when there is none with one of them */
export async function skillsOf(em: EntityManager, ids: string[], field: string): Promise<Skill[]> {
  const wanted = new Set(ids.map((id) => id.toLowerCase()));
  const found = wanted.size > 0 ? await em.find(Skill, { id: { $in: [...wanted] } }) : [];
  const known = new Set(found.map((skill) => skill.id));
  const missing = ids.findIndex((id) => !known.has(id.toLowerCase()));
  if (missing >= 0) throw invalid(field, `there is no skill ${ids[missing]}`, "skill_unknown");
  return found;
}

export const idsOf = (skills: Skill[]): string[] => skills.map(({ id }) => id).sort();
