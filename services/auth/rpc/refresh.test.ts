import { beforeAll, describe, expect, test } from "@jest/globals";
import { clientFor, refusal, sharedSystem, signUp, sql, type SignedIn } from "@lacio/testkit/testing";
import { AuthService, type RefreshResponse } from "@lacio/proto/auth/v1/auth_service";
import { hashOf } from "../domain/session.ts";
import { decodeJwt } from "jose";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const refresh = (refreshToken: string) => auth.refresh({ refreshToken });
const over = "Unauthenticated session_over";
const reused = "Unauthenticated token_reused";

let ana: SignedIn;
beforeAll(async () => {
  ana = await signUp(system);
});

/** A further session of the account: another device. */
const signInAgain = async (email = ana.email) => auth.login({ email, password: "una clave larga" });
const sessionOf = ({ accessToken }: { accessToken: string }) => decodeJwt<{ sid: string }>(accessToken).sid;
// Moves the token's use half a minute back: beyond the grace period.
const longAgo = (token: string) =>
  sql(system, "auth", "update refresh_token set used_at = used_at - interval '30 seconds' where hash = $1", [hashOf(token)]);

describe("a refresh", () => {
  test("answers a new pair of the same session and person", async () => {
    const first = await signInAgain();
    const second = await refresh(first.refreshToken);
    expect(second).toMatchObject({ expiresIn: 600, user: { id: ana.id, role: first.user!.role } });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(sessionOf(second)).toBe(sessionOf(first));
    expect(decodeJwt(second.accessToken)).toMatchObject({ sub: ana.id, aud: "lacio", iss: "lacio", role: "CLIENT" });
  });

  test("rotates again with each new token", async () => {
    let { refreshToken } = await signInAgain();
    const seen = new Set([refreshToken]);
    for (let n = 0; n < 5; n++) seen.add(({ refreshToken } = await refresh(refreshToken)).refreshToken);
    expect(seen.size).toBe(6);
  });

  test("repeated within the grace period, as after a lost response, gets the same successor", async () => {
    const { refreshToken } = await signInAgain();
    const [lost, again] = [await refresh(refreshToken), await refresh(refreshToken)];
    expect(again.refreshToken).toBe(lost.refreshToken);
    expect(await refusal(refresh(again.refreshToken))).toBe("not refused");
  });

  test("after the grace period is a reuse and revokes the token family: the thief's tokens and the victim's", async () => {
    const stolen = await signInAgain();
    const { refreshToken: successor } = await refresh(stolen.refreshToken);
    await longAgo(stolen.refreshToken);
    expect(await refusal(refresh(stolen.refreshToken))).toBe(reused);
    expect(await refusal(refresh(successor))).toBe(over);
    expect(await refusal(refresh(stolen.refreshToken))).toBe(over);
  });

  test("that is a reuse leaves other sessions alone, and emits one fact", async () => {
    const [ben, stolen] = [await signUp(system), await signUp(system)];
    const elsewhere = await signInAgain(stolen.email);
    await refresh(stolen.refreshToken);
    await longAgo(stolen.refreshToken);
    await Promise.all(Array.from({ length: 10 }, () => refusal(refresh(stolen.refreshToken))));
    for (const { refreshToken } of [elsewhere, ben]) expect(await refusal(refresh(refreshToken))).toBe("not refused");
    const facts = await sql(system, "auth", "select 1 from outbox where subject = 'auth.refresh_token_reused' and key = $1", [stolen.id]);
    expect(facts).toHaveLength(1);
  });

  test("sent fifty times concurrently rotates once", async () => {
    const { refreshToken } = await signInAgain();
    const answers: RefreshResponse[] = await Promise.all(Array.from({ length: 50 }, () => refresh(refreshToken)));
    const successors = new Set(answers.map((answer) => answer.refreshToken));
    expect(successors.size).toBe(1);
    expect(new Set(answers.map(sessionOf)).size).toBe(1);
    const kept = "select count(*)::int as tokens from refresh_token where session_id = $1";
    expect(await sql(system, "auth", kept, [sessionOf(answers[0]!)])).toEqual([{ tokens: 2 }]);
    expect(await refusal(refresh([...successors][0]!))).toBe("not refused");
  });

  test("with a token that was never issued is refused", async () => {
    for (const made of ["x", crypto.randomUUID(), ana.accessToken.slice(0, 200)]) expect(await refusal(refresh(made))).toBe(over);
  });

  test("of an expired session is refused", async () => {
    const old = await signInAgain();
    await sql(system, "auth", "update session set expires_at = now() where id = $1", [sessionOf(old)]);
    expect(await refusal(refresh(old.refreshToken))).toBe(over);
  });
});

describe("a session", () => {
  test("ends by logging out, also with a token that was used already", async () => {
    const first = await signInAgain();
    const second = await refresh(first.refreshToken);
    await auth.logout({ refreshToken: first.refreshToken });
    expect(await refusal(refresh(second.refreshToken))).toBe(over);
    expect(await refusal(auth.logout({ refreshToken: first.refreshToken }))).toBe("not refused");
    expect(await refusal(auth.logout({ refreshToken: "never issued" }))).toBe("not refused");
  });

  test("is listed with its device until it is revoked, and cannot refresh then", async () => {
    const person = await signUp(system);
    const elsewhere = await signInAgain(person.email);
    const mine = clientFor(AuthService, system, person.accessToken);
    const { sessions } = await mine.listSessions({});
    expect(sessions.map(({ sessionId, current }) => [sessionId, current])).toEqual([
      [sessionOf(elsewhere), false],
      [sessionOf(person), true],
    ]);
    await mine.revokeSession({ sessionId: sessionOf(elsewhere) });
    await mine.revokeSession({ sessionId: sessionOf(elsewhere) });
    expect((await mine.listSessions({})).sessions.map(({ sessionId }) => sessionId)).toEqual([sessionOf(person)]);
    expect(await refusal(refresh(elsewhere.refreshToken))).toBe(over);
    expect(await refusal(refresh(person.refreshToken))).toBe("not refused");
  });

  test("is listed page by page", async () => {
    const person = await signUp(system);
    for (let n = 0; n < 2; n++) await signInAgain(person.email);
    const mine = clientFor(AuthService, system, person.accessToken);
    const first = await mine.listSessions({ pageSize: 2 });
    const last = await mine.listSessions({ pageSize: 2, pageToken: first.nextPageToken });
    const ids = [...first.sessions, ...last.sessions].map(({ sessionId }) => sessionId);
    expect([ids.length, new Set(ids).size, last.nextPageToken]).toEqual([3, 3, ""]);
  });
});
