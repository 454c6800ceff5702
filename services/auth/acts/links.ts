import type { Tx } from "@lacio/chassis/db";
import { Account } from "../domain/account.ts";
import { linkInvalid, LinkToken, type LinkPurpose } from "../domain/link-token.ts";
import { hashOf } from "../domain/session.ts";

/** The link that a token opens and whose it is, both locked. Opening changes nothing. @throws Refusal `link_invalid` */
export async function openLink(tx: Tx, token: string, purpose: LinkPurpose): Promise<{ link: LinkToken; account: Account }> {
  const link = await tx.find(LinkToken, { hash: hashOf(token), purpose });
  if (!link) throw linkInvalid();
  const account = await tx.lock(Account, { id: link.accountId }); // every link of an account is used under its lock
  await tx.em.refresh(link);
  return { link, account };
}

/** Ends all links of an account for these purposes, once one of them was used: the others are for the same thing. */
export async function endLinks(tx: Tx, account: Account, purposes: LinkPurpose[], now: Date): Promise<void> {
  await tx.sql("update link_token set used_at = $3 where account_id = $1 and purpose = any($2) and used_at is null", [
    account.id,
    purposes,
    now,
  ]);
}
