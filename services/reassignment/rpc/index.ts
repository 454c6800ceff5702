import type { Routes } from "@lacio/chassis/serve";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { App, Rpc } from "../app.ts";
import { getAlternatives } from "./alternatives.ts";
import { answerReassignment } from "./answer.ts";
import { answerByLink, getAlternativesByLink, getSlotsByLink } from "./by-link.ts";
import { issueAnswerLink } from "./issue-answer-link.ts";
import { listMyReassignments, listReassignments } from "./list-reassignments.ts";
import { previewAbsence } from "./preview-absence.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(ReassignmentService, {
      getAlternatives: getAlternatives(app),
      answerReassignment: answerReassignment(app),
      listReassignments: listReassignments(app),
      listMyReassignments: listMyReassignments(app),
      getAlternativesByLink: getAlternativesByLink(app),
      getSlotsByLink: getSlotsByLink(app),
      answerByLink: answerByLink(app),
      issueAnswerLink: issueAnswerLink(app),
      previewAbsence: previewAbsence(app),
    } satisfies Rpc);
