import { money, moment } from "#lib/format.ts";
import { m } from "#lib/paraglide/messages.js";

type Terms = { freeUntil?: string; lateRefundPercent: number; price: number; refundIfCancelled: number };

/** Why a cancellation now gives back what it gives back. */
export function refundRule({ freeUntil, lateRefundPercent, price, refundIfCancelled }: Terms): string {
  if (!freeUntil) return m.policy_always_free();
  const until = moment(freeUntil);
  const share = money((price * lateRefundPercent) / 100);
  if (refundIfCancelled >= price) return lateRefundPercent > 0 ? m.rule_all({ until, share }) : m.rule_all_then_nothing({ until });
  return refundIfCancelled > 0 ? m.rule_share({ until, percent: lateRefundPercent }) : m.rule_nothing({ until });
}
