import type { Base } from "@lacio/chassis/start";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { Account, normalEmail } from "../domain/account.ts";
import { openAccount } from "./open-account.ts";
import type { Hasher } from "../credentials/password.ts";

type First = { bootstrapAdminEmail: string | undefined; bootstrapAdminPassword: string | undefined };

/**
 * Bootstraps the first ADMIN from the configuration, who can open the other accounts, and may have another address by now: where there is an
 * ADMIN, nothing is done. An advisory lock serialises replicas.
 */
export async function ensureAdmin(base: Base<First>, hasher: Hasher): Promise<void> {
  const { bootstrapAdminEmail, bootstrapAdminPassword: password } = base.config;
  if (!bootstrapAdminEmail || !password) return;
  const email = normalEmail(bootstrapAdminEmail);
  if (await base.db.read().findOne(Account, { role: "ADMIN" })) return;
  const passwordHash = await hasher.hash(password);
  await base.transact(async (tx) => {
    await tx.sql("select pg_advisory_xact_lock(hashtext('auth.bootstrap-admin'))");
    if (await tx.find(Account, { role: "ADMIN" })) return;
    await openAccount(base, tx, { email, passwordHash, role: Caller_Role.ADMIN, name: "Administración", phone: "", locale: "es" });
  });
}
