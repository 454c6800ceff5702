import type { App, Rpc } from "../app.ts";
import { AnswerLink, newToken } from "../domain/answer-link.ts";
import { alreadySettled } from "../domain/reassignment-refusals.ts";
import { Reassignment } from "../domain/reassignment.ts";

export const issueAnswerLink = (app: App): Rpc["issueAnswerLink"] =>
  function issueAnswerLink({ reassignmentId }) {
    return app.transact(async (tx) => {
      const reassignment = await tx.lock(Reassignment, { id: reassignmentId });
      if (reassignment.settledAt != null) throw alreadySettled();
      const token = newToken();
      tx.add(AnswerLink.issue(token, reassignmentId, app.now()));
      return { token };
    });
  };
