import type { App } from "../app.ts";
import { AnswerLink, hashOf, linkInvalid, opens } from "../domain/answer-link.ts";
import { Reassignment } from "../domain/reassignment.ts";

/** The reassignment that a link opens. @throws Refusal `link_invalid` */
export async function openLink(app: App, token: string): Promise<Reassignment> {
  const em = app.db.read();
  const link = await em.findOne(AnswerLink, { hash: hashOf(token) });
  const reassignment = link && (await em.findOne(Reassignment, { id: link.reassignmentId }));
  if (!reassignment || !opens(reassignment, app.config.linkKeepDays, app.now())) throw linkInvalid();
  return reassignment;
}
