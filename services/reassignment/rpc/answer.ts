import { giveAnswer } from "../acts/give-answer.ts";
import type { App, Rpc } from "../app.ts";
import { showReassignment } from "./show-reassignment.ts";
import { visibleReassignment } from "./visible-reassignment.ts";

export const answerReassignment = (app: App): Rpc["answerReassignment"] =>
  async function answerReassignment({ bookingId, answer }, ctx) {
    const { id } = await visibleReassignment(app, bookingId, ctx);
    return { reassignment: showReassignment(await giveAnswer(app, id, answer)) };
  };
