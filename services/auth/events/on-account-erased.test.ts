import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { fact } from "@lacio/chassis/fact";
import { startPublisher } from "@lacio/testkit/publisher";
import { asService, clientFor, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import pg from "pg";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const asNotification = clientFor(AuthService, system, asService("notification", system));
let publisher: Awaited<ReturnType<typeof startPublisher>>;
beforeAll(async () => {
  publisher = await startPublisher(system.urls.nats!);
});
afterAll(() => publisher.stop());

const tellErased = ({ id }: SignedIn) => publisher.publish(fact(AccountErasedSchema, id, { accountId: id }));
const handled = (eventId: string) =>
  until(async () => (await sql(system, "auth", "select 1 from inbox where event_id = $1", [eventId])).length > 0);
const erased = async (person: SignedIn) => handled(await tellErased(person));
const linkFor = async ({ id: accountId }: SignedIn, purpose: Purpose) =>
  (await asNotification.issueLinkToken({ accountId, purpose })).token;

/** How many rows of accounts and sessions contain the text. */
async function found(text: string): Promise<number> {
  const [row] = await sql<{ n: number }>(
    system,
    "auth",
    "select (select count(*) from account a where a::text like $1)::int + (select count(*) from session s where s::text like $1)::int as n",
    [`%${text}%`],
  );
  return row!.n;
}

test("an erased account ends for good: password, sessions, links; its address is free", async () => {
  const [ana, eva] = [await signUp(system, { name: `Ana ${crypto.randomUUID()}` }), await signUp(system)];
  const elsewhere = await auth.login(ana, { headers: { "user-agent": `Navegador de ${ana.name}` } });
  const reset = await linkFor(ana, Purpose.RESET_PASSWORD);
  const verify = await linkFor(ana, Purpose.VERIFY_EMAIL);
  expect([await found(ana.email), await found(ana.name)]).toEqual([1, 2]);

  await erased(ana);
  await erased(ana);
  expect([await found(ana.email), await found(ana.name)]).toEqual([0, 0]);
  expect(await refusal(auth.login(ana))).toBe("Unauthenticated bad_credentials");
  for (const { refreshToken } of [ana, elsewhere])
    expect(await refusal(auth.refresh({ refreshToken }))).toBe("Unauthenticated session_over");
  expect(await refusal(auth.resetPassword({ token: reset, password: "otra clave larga" }))).toBe("FailedPrecondition link_invalid");
  expect(await refusal(auth.verifyEmail({ token: verify }))).toBe("FailedPrecondition link_invalid");
  expect(await refusal(linkFor(ana, Purpose.RESET_PASSWORD))).toBe("NotFound not_found");
  const asUsers = clientFor(AuthService, system, asService("users", system));
  expect(await refusal(asUsers.getRegistration({ accountId: ana.id }))).toBe("NotFound not_found");
  expect(await refusal(auth.requestPasswordReset({ email: ana.email }))).toBe("not refused");
  const asked = "select 1 from outbox where subject = 'auth.password_reset_requested' and key = $1";
  expect(await sql(system, "auth", asked, [ana.id])).toEqual([]);

  const again = await signUp(system, { email: ana.email });
  expect(again.id).not.toBe(ana.id);
  expect(await refusal(auth.login(again))).toBe("not refused");
  expect(await refusal(auth.refresh({ refreshToken: eva.refreshToken }))).toBe("not refused");
  expect(await refusal(auth.login(eva))).toBe("not refused");
});

test("a login or a password reset that waits for the lock while the account is erased is refused", async () => {
  const ana = await signUp(system);
  const token = await linkFor(ana, Purpose.RESET_PASSWORD);
  const holder = new pg.Client({ connectionString: system.databaseUrls.auth });
  await holder.connect();
  try {
    await holder.query("begin");
    await holder.query("select 1 from account where id = $1 for update", [ana.id]);
    const waiting = "select 1 from pg_stat_activity where datname = 'auth' and $1 = any(pg_blocking_pids(pid))";
    const { pid } = (await holder.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!;
    const erasing = await tellErased(ana);
    await until(async () => (await sql(system, "auth", waiting, [pid])).length > 0);
    const late = [refusal(auth.login(ana)), refusal(auth.resetPassword({ token, password: "otra clave larga" }))];
    const blocked = "select 1 from pg_locks join pg_stat_activity using (pid) where datname = 'auth' and not granted";
    await until(async () => (await sql(system, "auth", blocked)).length >= 3);
    await holder.query("commit");
    await handled(erasing);
    const [login, reset] = await Promise.all(late);
    expect([login, reset]).toEqual(["Unauthenticated bad_credentials", "FailedPrecondition link_invalid"]);
  } finally {
    await holder.end();
  }
  const open = "select 1 from session where account_id = $1 and revoked_at is null";
  expect(await sql(system, "auth", open, [ana.id])).toEqual([]);
  const account = "select email, password_hash, erased_at is not null as erased from account where id = $1";
  expect(await sql(system, "auth", account, [ana.id])).toEqual([{ email: null, password_hash: null, erased: true }]);
});
