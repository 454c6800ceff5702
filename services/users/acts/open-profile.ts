import { Code, ConnectError } from "@connectrpc/connect";
import { notFound } from "@lacio/chassis/errors";
import type { GetRegistrationResponse } from "@lacio/proto/auth/v1/auth_service";
import type { App } from "../app.ts";
import { Profile } from "../domain/profile.ts";

/** The profile of an account; opened on read when the account's event is not delivered yet. @throws Refusal `not_found` */
export async function openProfile(app: App, accountId: string): Promise<Profile> {
  const known = await app.db.read().findOne(Profile, { id: accountId });
  if (known) return known;
  await keepProfile(app.db, await registrationOf(app, accountId), app.now());
  return app.db.read().findOneOrFail(Profile, { id: accountId });
}

async function registrationOf(app: App, accountId: string): Promise<GetRegistrationResponse> {
  try {
    return await app.auth.getRegistration({ accountId });
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) throw notFound("account");
    throw error;
  }
}

/** Insert if absent: the event and a read race, and the loser must not overwrite an edited profile or a tombstone. */
export async function keepProfile(
  { sql }: { sql: (text: string, params: unknown[]) => Promise<unknown> },
  { accountId, name, email, phone, locale, emailVerified }: GetRegistrationResponse,
  now: Date,
): Promise<void> {
  await sql(
    `insert into profile (id, name, email, phone, locale, created_at, email_verified) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [accountId, name, email, phone, locale, now, emailVerified],
  );
}
