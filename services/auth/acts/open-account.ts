import type { Tx } from "@lacio/chassis/db";
import type { Base } from "@lacio/chassis/start";
import { Account, emailTaken, normalEmail, type Registration } from "../domain/account.ts";

/** Early check that saves an expensive hash; the unique index decides in `openAccount`. @throws Refusal `email_taken` */
export async function refuseTaken(app: Pick<Base<object>, "db">, email: string): Promise<void> {
  if (await app.db.read().findOne(Account, { email: normalEmail(email) })) throw emailTaken();
}

// `on conflict do nothing`, as PostgreSQL would log a violation with the address in it (personal data). @throws Refusal `email_taken`
export async function openAccount(app: Pick<Base<object>, "now">, tx: Tx, form: Registration): Promise<Account> {
  const [account, registered] = Account.register(form, app.now());
  const { id, email, passwordHash, role, name, phone, locale, createdAt } = account;
  const opened = await tx.sql(
    `insert into account (id, email, password_hash, role, name, phone, locale, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (email) do nothing returning id`,
    [id, email, passwordHash, role, name, phone, locale, createdAt],
  );
  if (opened.length === 0) throw emailTaken();
  tx.emit(registered);
  return account;
}
