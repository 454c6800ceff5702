import { invalid, notFound, Refusal } from "@lacio/chassis/errors";
import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Account } from "../domain/account.ts";

type Field = "password" | "currentPassword";

/**
 * Re-authentication of somebody who is signed in, before what can't be undone: a stolen access token must not be enough. Tries count as
 * logins. Not UNAUTHENTICATED, with which a client would sign the person out.
 * @throws Refusal `wrong_password` naming the field, `password_not_set`, `too_many_requests`, `not_found`
 */
export async function provePassword(app: App, accountId: string, password: string, field: Field): Promise<Account> {
  const account = await app.db.read().findOne(Account, { id: accountId, erasedAt: null });
  if (!account) throw notFound("account");
  if (account.passwordHash == null)
    throw new Refusal("password_not_set", "This account has no password yet: ask for a link by mail to set one.");
  await app.attempts.login(account.email!);
  if (!(await app.hasher.verify(password, account.passwordHash))) throw wrongPassword(field);
  await app.attempts.forgetLogins(account.email!);
  return account;
}

/** Locks the account whose password was proven. Changed meanwhile, the proof is void. @throws Refusal `wrong_password` */
export async function lockProven(tx: Tx, proven: Account, field: Field): Promise<Account> {
  const account = await tx.lock(Account, { id: proven.id });
  if (account.passwordHash !== proven.passwordHash) throw wrongPassword(field);
  return account;
}

const wrongPassword = (field: Field) => invalid(field, "is not the password of this account", "wrong_password");
