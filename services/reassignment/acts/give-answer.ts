import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import { invalid, isOutage, Refusal } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { BadRequestSchema, ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { AnswerReassignmentRequest } from "@lacio/proto/reassignment/v1/reassignment_service";
import pRetry from "p-retry";
import type { App } from "../app.ts";
import { offerChanged } from "../domain/reassignment-refusals.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { carryOut, takeBack, type CarriedOut } from "./carry-out.ts";
import { outcomeFor } from "./outcome-for.ts";
import { patience } from "./patience.ts";

export type Given = AnswerReassignmentRequest["answer"];

// The caller carries the answer out and waits for the outcome. The job does it only if the caller's process dies, or booking is away.
const carriedOutBy = { seconds: 5 };

/**
 * Takes the client's answer and carries it out. While booking is away an acceptance and a refund are kept, and the case only says that it is
 * answered; another time is taken back: booking may refuse it, when the client is there no more.
 */
export async function giveAnswer(app: App, id: string, given: Given): Promise<Reassignment> {
  const answered = await answerInTurn(app, id, given);
  failpoint("reassignment.after_answer");
  const refuseOverlap = given.case === "choose" ? given.value.refuseOverlap : undefined;
  const { reassignment, refused, ended } = await carryOut(app, id, refuseOverlap).catch(async (error: unknown): Promise<CarriedOut> => {
    if (!isOutage(error)) throw error;
    if (given.case === "choose") {
      await takeBack(app, id, answered.answer!); // should booking have done it all the same, then its fact settles the case
      throw error;
    }
    app.log.warn({ err: error, reassignment: id }, "a server is away: a job carries the answer out");
    return { reassignment: answered };
  });
  // Booking's own refusal names the nearest free times; who accepted learns that there is another offer, or none.
  if (refused) throw given.case === "choose" ? withinChoose(refused) : offerChanged();
  return ended ? outcomeFor(app, id, answered.answer!) : reassignment;
}

/** A different answer may be on its way to booking, which may refuse it: then this one counts. */
const answerInTurn = (app: App, id: string, given: Given): Promise<Reassignment> =>
  pRetry(() => answer(app, id, given), {
    ...patience(app.config.answerPatienceMs),
    shouldRetry: async ({ error }) =>
      error instanceof Refusal &&
      error.reason === "already_answered" &&
      (await app.db.read().findOneOrFail(Reassignment, { id })).settledAt == null,
  });

const answer = (app: App, id: string, given: Given): Promise<Reassignment> =>
  app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id });
    apply(reassignment, given, app.now());
    if (reassignment.settledAt == null) tx.later("decide", id, carriedOutBy);
    return reassignment;
  });

// Booking was asked by us, so that its fields have other names than the caller's.
function withinChoose(refused: ConnectError): Error {
  const [wrong] = refused.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  const [info] = refused.findDetails(ErrorInfoSchema);
  return wrong ? invalid(`choose.${wrong.field}`, wrong.description, info?.reason) : refused;
}

function apply(reassignment: Reassignment, given: Given, now: Date): void {
  switch (given.case) {
    case "accept":
      return reassignment.accept(given.value, now);
    case "decline":
      return reassignment.decline(now);
    case "choose": {
      const { staffId, refuseOverlap } = given.value;
      const start = timestampDate(given.value.start!);
      if (Number.isNaN(start.getTime())) throw invalid("choose.start", "must be a time");
      return reassignment.choose({ start, staffId, refuseOverlap }, now);
    }
    default:
      throw invalid("answer", "must be one of accept, decline and choose");
  }
}
