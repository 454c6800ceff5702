import { describe, expect, test } from "@jest/globals";
import { adminToken, asService, clientFor, refusal, sharedSystem, signUp, sql, until } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { fromBinary } from "@bufbuild/protobuf";
import { decodeJwt } from "jose";
import pg from "pg";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const asStaff = clientFor(AuthService, system, asService("staff", system));
const asNotification = clientFor(AuthService, system, asService("notification", system));
const password = "una clave larga";

const newEmail = () => `${crypto.randomUUID()}@example.com`;
const verifiedAt = async (id: string) =>
  (await sql<{ at: Date | null }>(system, "auth", "select email_verified_at as at from account where id = $1", [id]))[0]!.at;
async function registered(id: string) {
  const facts = await sql<{ payload: Buffer }>(
    system,
    "auth",
    "select payload from outbox where subject = 'auth.account_registered' and key = $1",
    [id],
  );
  return facts.map(({ payload }) => fromBinary(AccountRegisteredSchema, payload));
}

describe("registering", () => {
  test("signs a client in, whatever role was wished for, in a session that is listed", async () => {
    const wished = { email: newEmail(), password, name: "Ana", role: Caller_Role.ADMIN };
    const { user, accessToken, expiresIn } = await auth.register(wished);
    expect([user, expiresIn]).toMatchObject([{ role: Caller_Role.CLIENT }, 600]);
    const claims = decodeJwt(accessToken);
    expect(claims).toMatchObject({ iss: "lacio", aud: "lacio", sub: user!.id, role: "CLIENT" });
    const { sessions } = await clientFor(AuthService, system, accessToken).listSessions({});
    expect(sessions).toMatchObject([{ sessionId: claims.sid, current: true }]);
    expect(await registered(user!.id)).toMatchObject([{ accountId: user!.id, role: Caller_Role.CLIENT, invited: false }]);
  });

  test("keeps no password that can be read", async () => {
    const { id } = await signUp(system);
    const [row] = await sql<{ text: string }>(system, "auth", "select account::text as text from account where id = $1", [id]);
    expect(row!.text).toContain("$argon2id$");
    expect(row!.text).not.toContain(password);
  });
});

describe("an account of any role", () => {
  test.each([
    ["STYLIST", "", true],
    ["ADMIN", "", true],
    ["CLIENT", password, false],
    ["STYLIST", password, false],
  ] as const)("%s with the password %j emits its fact: invited %s", async (name, given, invited) => {
    const role = Caller_Role[name];
    const { user } = await asStaff.createAccount({ email: newEmail(), name: "Sofía", password: given, role });
    expect(user).toMatchObject({ role });
    expect(await registered(user!.id)).toMatchObject([{ accountId: user!.id, role, invited }]);
  });

  test("is opened by an ADMIN and by staff, and signs in with its role", async () => {
    const email = newEmail();
    const asAdmin = clientFor(AuthService, system, await adminToken(system));
    await asAdmin.createAccount({ email, name: "Sofía", password, role: Caller_Role.STYLIST });
    expect(decodeJwt((await auth.login({ email, password })).accessToken)).toMatchObject({ role: "STYLIST" });
  });

  test("is opened by nobody else, and a refusal leaves no row", async () => {
    const { accessToken } = await signUp(system);
    const form = { email: newEmail(), name: "Eva", password, role: Caller_Role.ADMIN };
    const tokens = [undefined, accessToken, asService("booking", system)];
    const answers = await Promise.all(tokens.map((token) => refusal(clientFor(AuthService, system, token).createAccount(form))));
    expect(answers).toEqual(["Unauthenticated unauthenticated", "PermissionDenied forbidden", "PermissionDenied forbidden"]);
    expect(await sql(system, "auth", "select 1 from account where email = $1", [form.email])).toEqual([]);
  });

  test("is not opened twice with one address, however it is written", async () => {
    const { email } = await signUp(system);
    const again = asStaff.createAccount({ email: email.toUpperCase(), name: "Eva", role: Caller_Role.STYLIST });
    expect(await refusal(again)).toBe("AlreadyExists email_taken");
  });
});

describe("confirming an address", () => {
  test("is done once: the second time changes nothing and is no error", async () => {
    const { id } = await signUp(system);
    const { token } = await asNotification.issueLinkToken({ accountId: id, purpose: Purpose.VERIFY_EMAIL });
    await auth.verifyEmail({ token });
    const first = await verifiedAt(id);
    expect(await refusal(auth.verifyEmail({ token }))).toBe("not refused");
    expect([first instanceof Date, await verifiedAt(id)]).toEqual([true, first]);
  });

  test("links are minted for notification alone, and for accounts that exist", async () => {
    const { id, accessToken } = await signUp(system);
    const link = { accountId: id, purpose: Purpose.RESET_PASSWORD };
    for (const token of [accessToken, asService("staff", system), await adminToken(system)])
      expect(await refusal(clientFor(AuthService, system, token).issueLinkToken(link))).toBe("PermissionDenied forbidden");
    expect(await refusal(asNotification.issueLinkToken({ ...link, accountId: crypto.randomUUID() }))).toBe("NotFound not_found");
  });
});

test("another's session is not found and goes on", async () => {
  const [ana, eva] = [await signUp(system), await signUp(system)];
  const sessionId = decodeJwt<{ sid: string }>(ana.accessToken).sid;
  const asEva = clientFor(AuthService, system, eva.accessToken);
  const answers = [
    await refusal(asEva.revokeSession({ sessionId })),
    await refusal(asEva.revokeSession({ sessionId: crypto.randomUUID() })),
  ];
  expect(answers).toEqual(["NotFound not_found", "NotFound not_found"]);
  expect(await refusal(auth.refresh({ refreshToken: ana.refreshToken }))).toBe("not refused");
});

test("a password that is replaced while its hash is being verified signs nobody in", async () => {
  const { id, email } = await signUp(system);
  const reset = new pg.Client({ connectionString: system.databaseUrls.auth });
  await reset.connect();
  try {
    await reset.query("begin");
    await reset.query("select 1 from account where id = $1 for update", [id]);
    const {
      rows: [self],
    } = await reset.query<{ pid: number }>("select pg_backend_pid() as pid");
    const login = refusal(auth.login({ email, password }));
    const waiting = "select 1 from pg_stat_activity where datname = 'auth' and $1 = any(pg_blocking_pids(pid))";
    await until(async () => (await sql(system, "auth", waiting, [self!.pid])).length > 0);
    await reset.query("update account set password_hash = password_hash || 'x' where id = $1", [id]);
    await reset.query("update session set revoked_at = now() where account_id = $1", [id]);
    await reset.query("commit");
    expect(await login).toBe("Unauthenticated bad_credentials");
    expect(await sql(system, "auth", "select 1 from session where account_id = $1 and revoked_at is null", [id])).toEqual([]);
  } finally {
    await reset.end();
  }
});

describe("clean before checking", () => {
  test("an address and a phone are kept as they were meant, and she signs in with what she pastes", async () => {
    const email = newEmail();
    const pasted = ` \u202a${email.replace("@", "@\u200b")}\u202c\u00a0`;
    const { user } = await auth.register({ email: pasted, password, name: " Ana\u00a0 María ", phone: "(+57) 300–123.4567" });
    const [kept] = await sql(system, "auth", "select email, name, phone from account where id = $1", [user!.id]);
    expect(kept).toEqual({ email, name: "Ana María", phone: "+573001234567" });
    expect((await auth.login({ email: pasted, password })).user).toEqual(user);
    expect(await auth.requestPasswordReset({ email: pasted })).toMatchObject({});
  });
});
