import type { Tx } from "@lacio/chassis/db";
import { Account } from "../domain/account.ts";
import { linkInvalid, LinkToken, type LinkPurpose } from "../domain/link-token.ts";
import { hashOf } from "../domain/session.ts";

/** Loads a token's link and its account, under the account's lock, and changes nothing. @throws Refusal `link_invalid` */
export async function openLink(tx: Tx, token: string, purpose: LinkPurpose): Promise<{ link: LinkToken; account: Account }> {
  const link = await tx.find(LinkToken, { hash: hashOf(token), purpose });
  if (!link) throw linkInvalid();
  const account = await tx.lock(Account, { id: link.accountId }); // serialises the use of an account's links
  await tx.em.refresh(link);
  return { link, account };
}

/** Invalidates all unused links of an account for these purposes, once one of them was used: they are secrets for the same change. */
export async function endLinks(tx: Tx, account: Account, purposes: LinkPurpose[], now: Date): Promise<void> {
  await tx.sql("update link_token set used_at = $3 where account_id = $1 and purpose = any($2) and used_at is null", [
    account.id,
    purposes,
    now,
  ]);
}
