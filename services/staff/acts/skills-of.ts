import { invalid } from "@lacio/chassis/errors";
import type { EntityManager } from "@mikro-orm/core";
import { Skill } from "../domain/skill.ts";

/** The skills with these ids. @throws Refusal `skill_unknown` naming `field` when one does not exist */
export async function skillsOf(em: EntityManager, ids: string[], field: string): Promise<Skill[]> {
  const wanted = new Set(ids.map((id) => id.toLowerCase()));
  const found = wanted.size > 0 ? await em.find(Skill, { id: { $in: [...wanted] } }) : [];
  const known = new Set(found.map((skill) => skill.id));
  const missing = ids.findIndex((id) => !known.has(id.toLowerCase()));
  if (missing >= 0) throw invalid(field, `there is no skill ${ids[missing]}`, "skill_unknown");
  return found;
}
