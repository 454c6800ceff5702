import type { App, Rpc } from "../app.ts";
import { Skill } from "../domain/skill.ts";

export const createSkill =
  (app: App): Rpc["createSkill"] =>
  ({ name }, ctx) =>
    app.transact(async (tx) => {
      const skill = Skill.add(name, app.now());
      tx.add(skill);
      return { skill: skill.message() };
    }, ctx);
