import { hoursBefore, money, moment } from "#lib/format.ts";
import { m } from "#lib/paraglide/messages.js";

type Terms = {
  start: string;
  freeUntil?: string;
  freeUntilHours: number;
  lateRefund: number;
  price: number;
  refunded: number;
  owed: number;
};

/** The cancellation rule of a booking in one sentence, as it is from now on. */
export const policyInWords = (terms: Terms): string =>
  inWords(terms, { all: m.policy, allThenNothing: m.policy_nothing, share: m.policy_near, nothing: m.policy_near_nothing });

/** The rule that decides the refund of a cancellation now. */
export const refundRule = (terms: Terms): string =>
  inWords(terms, { all: m.rule_all, allThenNothing: m.rule_all_then_nothing, share: m.rule_share, nothing: m.rule_nothing });

type Say<Fields> = (fields: Fields) => string;
type Words = {
  all: Say<{ until: string; share: string }>;
  allThenNothing: Say<{ until: string }>;
  share: Say<{ hours: string; share: string }>;
  nothing: Say<{ hours: string }>;
};

function inWords({ start, freeUntil, freeUntilHours, lateRefund, price, refunded, owed }: Terms, say: Words): string {
  if (price > 0 && refunded >= price) return m.policy_all_back();
  if (price > 0 && refunded + owed >= price) return m.policy_all_decided();
  if (freeUntil === start) return m.policy_always_free();
  const share = money(lateRefund);
  const hours = hoursBefore(freeUntilHours);
  if (!freeUntil) return lateRefund > 0 ? say.share({ hours, share }) : say.nothing({ hours });
  const until = moment(freeUntil);
  return lateRefund > 0 ? say.all({ until, share }) : say.allThenNothing({ until });
}
