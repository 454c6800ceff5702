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

/** Why a cancellation now gives back what it gives back. */
export function refundRule({ start, freeUntil, freeUntilHours, lateRefund, price, refunded, owed }: Terms): string {
  if (price > 0 && refunded >= price) return m.policy_all_back();
  if (price > 0 && refunded + owed >= price) return m.policy_all_decided();
  if (freeUntil === start) return m.policy_always_free();
  const share = money(lateRefund);
  const hours = hoursBefore(freeUntilHours);
  if (!freeUntil) return lateRefund > 0 ? m.rule_share({ hours, share }) : m.rule_nothing({ hours });
  const until = moment(freeUntil);
  return lateRefund > 0 ? m.rule_all({ until, share }) : m.rule_all_then_nothing({ until });
}
