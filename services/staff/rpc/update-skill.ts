import type { App, Rpc } from "../app.ts";
import { Skill } from "../domain/skill.ts";

export const updateSkill =
  (app: App): Rpc["updateSkill"] =>
  ({ skillId, name }, ctx) =>
    app.transact(async (tx) => {
      const skill = await tx.lock(Skill, { id: skillId });
      skill.name = name;
      return { skill: skill.message() };
    }, ctx);
