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
export function policyInWords({ start, freeUntil, freeUntilHours, lateRefund, price, refunded, owed }: Terms): string {
  if (price > 0 && refunded >= price) return m.policy_all_back();
  if (price > 0 && refunded + owed >= price) return m.policy_all_decided();
  if (freeUntil === start) return m.policy_always_free();
  const share = money(lateRefund);
  const hours = hoursBefore(freeUntilHours);
  if (!freeUntil) return lateRefund > 0 ? m.policy_near({ hours, share }) : m.policy_near_nothing({ hours });
  const until = moment(freeUntil);
  return lateRefund > 0 ? m.policy({ until, share }) : m.policy_nothing({ until });
}
