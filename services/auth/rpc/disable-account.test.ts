import { beforeAll, describe, expect, test } from "@jest/globals";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { AccountDisabledSchema, AccountEnabledSchema, DisabledCause, PasswordResetRequestedSchema } from "@lacio/proto/auth/v1/events";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { adminToken, asService, clientFor, refusal, sharedSystem, signIn, signUp, sql } from "@lacio/testkit/testing";
import type { Client } from "@connectrpc/connect";
import { decodeJwt } from "jose";
import { endsOf, factsOf } from "../testing/facts.ts";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const asNotification = clientFor(AuthService, system, asService("notification", system));
const disabled = "PermissionDenied account_disabled";
const sessionOf = ({ accessToken }: { accessToken: string }) => decodeJwt<{ sid: string }>(accessToken).sid;

let admin: Client<typeof AuthService>;
let adminId: string;
beforeAll(async () => {
  const token = await adminToken(system);
  [admin, adminId] = [clientFor(AuthService, system, token), decodeJwt(token).sub!];
});

async function newAdmin() {
  const account = { email: `${crypto.randomUUID()}@example.com`, password: "una clave larga" };
  const { user } = await admin.createAccount({ ...account, name: "Marta", role: Caller_Role.ADMIN });
  return { id: user!.id, as: clientFor(AuthService, system, await signIn(system, account)) };
}

describe("a disabled account", () => {
  test("has no session and begins none, until it is enabled; each is told once, with the ADMIN", async () => {
    const ana = await signUp(system);
    const phone = await auth.login(ana);
    for (let n = 0; n < 2; n++) await admin.disableAccount({ accountId: ana.id });
    expect(await refusal(auth.login(ana))).toBe(disabled);
    for (const { refreshToken } of [ana, phone]) expect(await refusal(auth.refresh({ refreshToken }))).toBe("Unauthenticated session_over");
    const ends = [sessionOf(ana), sessionOf(phone)].sort().map((id) => [id, "DISABLED"]);
    expect((await endsOf(system, ana.id)).sort()).toEqual(ends);

    for (let n = 0; n < 2; n++) expect(await admin.enableAccount({ accountId: ana.id })).toMatchObject({ maySignIn: true });
    expect(await refusal(auth.login(ana))).toBe("not refused");
    expect(await refusal(auth.refresh(ana))).toBe("Unauthenticated session_over");
    const told = [{ accountId: ana.id, cause: DisabledCause.BY_ADMIN, by: adminId }];
    expect(await factsOf(system, AccountDisabledSchema, ana.id)).toMatchObject(told);
    expect(await factsOf(system, AccountEnabledSchema, ana.id)).toMatchObject(told);
  });

  test("is not told from others without the password", async () => {
    const ana = await signUp(system);
    await admin.disableAccount({ accountId: ana.id });
    const wrong = { email: ana.email, password: "otra clave larga" };
    expect(await refusal(auth.login(wrong))).toBe("Unauthenticated bad_credentials");
    expect(await auth.requestPasswordReset(ana)).toEqual(await auth.requestPasswordReset({ email: "nobody@example.com" }));
    expect(await factsOf(system, PasswordResetRequestedSchema, ana.id)).toEqual([]);
  });

  test("is not opened by a link that was mailed before, and gets no other", async () => {
    const ana = await signUp(system);
    const link = (purpose: Purpose) => asNotification.issueLinkToken({ accountId: ana.id, purpose });
    const { token } = await link(Purpose.RESET_PASSWORD);
    await admin.disableAccount({ accountId: ana.id });
    for (const purpose of [Purpose.RESET_PASSWORD, Purpose.VERIFY_EMAIL]) expect(await refusal(link(purpose))).toBe(disabled);
    await auth.resetPassword({ token, password: "otra clave larga" });
    const fresh = { email: ana.email, password: "otra clave larga" };
    expect(await refusal(auth.login(fresh))).toBe(disabled);
    await admin.enableAccount({ accountId: ana.id });
    expect(await refusal(auth.login(fresh))).toBe("not refused");
  });

  test("is nobody's own, and neither an unknown nor an erased one", async () => {
    expect(await refusal(admin.disableAccount({ accountId: adminId }))).toBe("FailedPrecondition own_account");
    const { id: erased } = await signUp(system);
    await sql(system, "auth", "update account set email = null, erased_at = now() where id = $1", [erased]);
    for (const accountId of [crypto.randomUUID(), erased])
      for (const call of [admin.disableAccount, admin.enableAccount, admin.endSessions])
        expect(await refusal(call({ accountId }))).toBe("NotFound not_found");
  });

  test("is one of two, when two ADMINs disable each other at once", async () => {
    const [eva, luz] = [await newAdmin(), await newAdmin()];
    const both = [eva.as.disableAccount({ accountId: luz.id }), luz.as.disableAccount({ accountId: eva.id })];
    const answers = await Promise.all(both.map(refusal));
    expect(answers.filter((answer) => answer === "not refused")).toHaveLength(1);
    const open = "select 1 from account where id = any($1) and disabled_at is null";
    expect(await sql(system, "auth", open, [[eva.id, luz.id]])).toHaveLength(1);
  });
});

test("an ADMIN ends all sessions of an account, which may begin new ones", async () => {
  const ana = await signUp(system);
  const phone = await auth.login(ana);
  await auth.logout({ refreshToken: phone.refreshToken });
  for (let n = 0; n < 2; n++) await admin.endSessions({ accountId: ana.id });
  expect(await endsOf(system, ana.id)).toEqual([
    [sessionOf(phone), "SIGNED_OUT"],
    [sessionOf(ana), "ENDED_BY_ADMIN"],
  ]);
  expect(await refusal(auth.login(ana))).toBe("not refused");
});
