import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { App } from "../app.ts";
import { Account, normalEmail } from "../domain/account.ts";
import { openAccount } from "./open-account.ts";

/** The first ADMIN, from the configuration: somebody must be able to open the other accounts. */
export async function ensureAdmin(app: App): Promise<void> {
  const { bootstrapAdminEmail, bootstrapAdminPassword: password } = app.config;
  if (!bootstrapAdminEmail || !password) return;
  const email = normalEmail(bootstrapAdminEmail);
  if (await app.db.read().findOne(Account, { email })) return;
  const passwordHash = await app.hasher.hash(password);
  await app.transact(async (tx) => {
    await tx.sql("select pg_advisory_xact_lock(hashtext('auth.bootstrap-admin'))");
    if (await tx.find(Account, { email })) return;
    await openAccount(app, tx, { email, passwordHash, role: Caller_Role.ADMIN, name: "Administración", phone: "", locale: "es" });
  });
}
