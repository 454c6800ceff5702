import type { App, Rpc } from "../app.ts";
import { refuseNul } from "../domain/plain-text.ts";
import { Skill } from "../domain/skill.ts";

export const createSkill =
  (app: App): Rpc["createSkill"] =>
  ({ name }, ctx) =>
    app.transact(async (tx) => {
      refuseNul({ name });
      const skill = Skill.add(name, app.now());
      tx.add(skill);
      return { skill: skill.message() };
    }, ctx);
