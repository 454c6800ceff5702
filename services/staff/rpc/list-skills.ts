import type { App, Rpc } from "../app.ts";
import { pageByName } from "./page-by-name.ts";
import { Skill } from "../domain/skill.ts";

export const listSkills =
  (app: App): Rpc["listSkills"] =>
  async (req) => {
    const { rows, nextPageToken } = await pageByName(req, (after, options) => app.db.read().find(Skill, after, options));
    return { skills: rows.map((skill) => skill.message()), nextPageToken };
  };
