import { defineEntity, p } from "@mikro-orm/core";
import { Refusal } from "@lacio/chassis/errors";
import { hashOf } from "./session.ts";

const LinkTokenSchema = defineEntity({
  name: "LinkToken",
  tableName: "link_token",
  properties: {
    hash: p.blob().primary(),
    accountId: p.uuid(),
    purpose: p.string().length(20).$type<LinkPurpose>(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
});

export type LinkPurpose = "VERIFY_EMAIL" | "RESET_PASSWORD" | "CHANGE_EMAIL";

const lifetimeHours: Record<LinkPurpose, number> = { VERIFY_EMAIL: 7 * 24, RESET_PASSWORD: 24, CHANGE_EMAIL: 24 };

/**
 * The secret in a mailed link: one purpose, one account, single use, with an expiry; only its hash is stored. Spent by a POST alone, as mail
 * scanners prefetch links.
 */
export class LinkToken extends LinkTokenSchema.class {
  static issue(token: string, accountId: string, purpose: LinkPurpose, now: Date): LinkToken {
    const expiresAt = new Date(now.getTime() + lifetimeHours[purpose] * 3_600_000);
    return Object.assign(new LinkToken(), { hash: hashOf(token), accountId, purpose, expiresAt });
  }

  use(now: Date): void {
    if (this.usedAt != null || this.expiresAt <= now) throw linkInvalid();
    this.usedAt = now;
  }
}
LinkTokenSchema.setClass(LinkToken);

export const linkInvalid = () => new Refusal("link_invalid", "This link was used already or is too old; ask for a new one.");
