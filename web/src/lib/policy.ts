import { money, moment } from "#lib/format.ts";
import { m } from "#lib/paraglide/messages.js";

type Terms = { freeUntil?: string; lateRefundPercent: number; price: number };

/** The cancellation rule of a booking in one sentence, as it is from now on. */
export function policyInWords({ freeUntil, lateRefundPercent, price }: Terms, now = Date.now()): string {
  if (!freeUntil) return m.policy_always_free();
  const share = money((price * lateRefundPercent) / 100);
  if (Date.parse(freeUntil) <= now) return lateRefundPercent > 0 ? m.policy_near({ share }) : m.policy_near_nothing();
  const until = moment(freeUntil);
  return lateRefundPercent > 0 ? m.policy({ until, share }) : m.policy_nothing({ until });
}
