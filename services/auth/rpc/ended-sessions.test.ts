import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { asService, clientFor, refusal, sharedSystem, signUp, sql, type SignedIn } from "@lacio/testkit/testing";
import { decodeJwt } from "jose";
import { hashOf } from "../domain/session.ts";
import { endsOf } from "../testing/facts.ts";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const as = ({ accessToken }: { accessToken: string }) => clientFor(AuthService, system, accessToken);
const sessionOf = ({ accessToken }: { accessToken: string }) => decodeJwt<{ sid: string }>(accessToken).sid;
const logout = ({ refreshToken }: { refreshToken: string }) => auth.logout({ refreshToken });
const elsewhere = ({ email, password }: SignedIn) => auth.login({ email, password });

describe("the end of a session is told once", () => {
  test("when its person signs out, however often and however many at once", async () => {
    const ana = await signUp(system);
    await Promise.all([1, 2, 3].map(() => logout(ana)));
    await logout(ana);
    expect(await endsOf(system, ana.id)).toEqual([[sessionOf(ana), "SIGNED_OUT"]]);
  });

  test("when she revokes it from another device, or this one", async () => {
    const ana = await signUp(system);
    const phone = await elsewhere(ana);
    for (const sessionId of [sessionOf(phone), sessionOf(phone), sessionOf(ana)]) await as(ana).revokeSession({ sessionId });
    expect(await endsOf(system, ana.id)).toEqual([
      [sessionOf(phone), "REVOKED"],
      [sessionOf(ana), "SIGNED_OUT"],
    ]);
  });

  test("when a password is set: each that was open, no other", async () => {
    const ana = await signUp(system);
    const [phone, over, old] = [await elsewhere(ana), await elsewhere(ana), await elsewhere(ana)];
    await logout(over);
    await sql(system, "auth", "update session set expires_at = now() where id = $1", [sessionOf(old)]);
    const asNotification = clientFor(AuthService, system, asService("notification", system));
    const { token } = await asNotification.issueLinkToken({ accountId: ana.id, purpose: Purpose.RESET_PASSWORD });
    await Promise.all([auth.resetPassword({ token, password: "otra clave larga" }), logout(phone)]);
    const ended = new Map((await endsOf(system, ana.id)) as [string, string][]);
    expect([...ended.keys()].sort()).toEqual([sessionOf(ana), sessionOf(phone), sessionOf(over)].sort());
    expect(await endsOf(system, ana.id)).toHaveLength(3);
    expect([ended.get(sessionOf(ana)), ended.get(sessionOf(over))]).toEqual(["PASSWORD_RESET", "SIGNED_OUT"]);
  });

  test("when a refresh token is used again", async () => {
    const ana = await signUp(system);
    await auth.refresh(ana);
    await sql(system, "auth", "update refresh_token set used_at = used_at - interval '30 seconds' where hash = $1", [hashOf(ana.refreshToken)]); // prettier-ignore
    await Promise.all([1, 2, 3].map(() => refusal(auth.refresh(ana))));
    expect(await endsOf(system, ana.id)).toEqual([[sessionOf(ana), "TOKEN_REUSED"]]);
  });
});

test("an access token does not outlive its session", async () => {
  const ana = await signUp(system);
  await sql(system, "auth", "update session set expires_at = now() + interval '90 seconds' where id = $1", [sessionOf(ana)]);
  const { accessToken, expiresIn } = await auth.refresh(ana);
  const { exp, iat } = decodeJwt(accessToken);
  expect(exp! - iat!).toBe(expiresIn);
  expect(expiresIn).toBeLessThanOrEqual(90);
});

describe("the list of ended sessions", () => {
  const users = clientFor(AuthService, system, asService("users", system));
  async function listed(endedAfter?: Date, pageSize = 2): Promise<string[]> {
    const ids: string[] = [];
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await users.listEndedSessions({ endedAfter: endedAfter && timestampFromDate(endedAfter), pageSize, pageToken });
      ids.push(...page.sessions.map(({ sessionId }) => sessionId));
      pageToken = page.nextPageToken;
    }
    return ids;
  }

  test("goes by their ends, page by page, also where several ended at once", async () => {
    const ana = await signUp(system);
    const sessions = [ana, ...(await Promise.all([1, 2, 3, 4].map(() => elsewhere(ana))))];
    for (const session of sessions.slice(0, 3)) await logout(session);
    const { sessions: all } = await users.listEndedSessions({ pageSize: 10_000 });
    const last = all.find(({ sessionId }) => sessionId === sessionOf(sessions[2]!))!;
    const after = timestampDate(last.endedAt!);
    await sql(system, "auth", "update session set revoked_at = $2 where id = any($1)", [sessions.map(sessionOf), new Date(after.getTime() + 1)]); // prettier-ignore
    const mine = (await listed(after)).filter((id) => sessions.map(sessionOf).includes(id));
    expect(mine).toEqual(sessions.map(sessionOf).sort());
    expect(await listed(new Date(after.getTime() + 3_600_000))).toEqual([]);
  });

  test("goes back for an hour, whatever is asked", async () => {
    const [late, early] = [await signUp(system), await signUp(system)];
    for (const one of [late, early]) await logout(one);
    const age = "update session set revoked_at = date_trunc('milliseconds', now()) - $2::interval where id = $1";
    await sql(system, "auth", age, [sessionOf(early), "61 minutes"]);
    await sql(system, "auth", age, [sessionOf(late), "59 minutes"]);
    for (const since of [undefined, new Date(0)]) {
      const ids = await listed(since, 10_000);
      expect([ids.includes(sessionOf(late)), ids.includes(sessionOf(early))]).toEqual([true, false]);
    }
  });
});
