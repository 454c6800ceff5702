import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SkillSchema } from "@lacio/proto/staff/v1/staff_service";
import type { App, Rpc } from "../app.ts";
import { Skill } from "../domain/skill.ts";
import { pageByName } from "./page-by-name.ts";

export const listSkills = (app: App): Rpc["listSkills"] =>
  async function listSkills(req) {
    const { rows, nextPageToken } = await pageByName(req, (after, options) => app.db.read().find(Skill, after, options));
    return { skills: rows.map(showSkill), nextPageToken };
  };

export const createSkill = (app: App): Rpc["createSkill"] =>
  function createSkill({ name }, ctx) {
    return app.transact(async (tx) => {
      const skill = Skill.add(name, app.now());
      tx.add(skill);
      return { skill: showSkill(skill) };
    }, ctx);
  };

export const updateSkill = (app: App): Rpc["updateSkill"] =>
  function updateSkill({ skillId, name }, ctx) {
    return app.transact(async (tx) => {
      const skill = await tx.lock(Skill, { id: skillId });
      skill.rename(name);
      return { skill: showSkill(skill) };
    }, ctx);
  };

const showSkill = ({ id, name }: Skill): MessageInitShape<typeof SkillSchema> => ({ id, name });
