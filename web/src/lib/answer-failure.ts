import { m } from "#lib/paraglide/messages.js";

export type AnswerFailure = { title: string; text?: string; tone: "warn" | "error" };

/** Why an answer to a lost visit was not taken, in words; `reason` is the refusal's stable reason. */
export function answerFailure(reason: string): AnswerFailure {
  switch (reason) {
    case "already_answered":
    case "not_lost":
      return { title: m.lost_decided(), text: m.lost_decided_text(), tone: "warn" };
    case "offer_changed":
      return { title: m.lost_offer_changed(), text: m.lost_offer_changed_text(), tone: "warn" };
    default:
      return { title: m.lost_not_sent(), text: m.lost_not_sent_text(), tone: "error" };
  }
}
