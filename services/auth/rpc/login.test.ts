import { describe, expect, test } from "@jest/globals";
import { Code, ConnectError } from "@connectrpc/connect";
import { beforeTests } from "@lacio/testkit/before-tests";
import { clientFor, refusal, signUp, sql, until } from "@lacio/testkit/testing";
import { startSystem, type System } from "@lacio/testkit/system";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { ErrorInfoSchema, RetryInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { hashOf } from "../domain/session.ts";

const perMinute = 4;
const right = "una clave larga";
let system: System;
let login: (email: string, password?: string) => Promise<unknown>;

await beforeTests(
  async () => {
    const serviceEnv = { auth: { LOGIN_PER_ACCOUNT_PER_MINUTE: String(perMinute), HASH_WAIT_MAX_MS: "60000" } };
    system = await startSystem({ dir: ".lacio/test/auth-login", services: ["auth"], edge: false, stripe: false, fsync: false, serviceEnv });
    login = (email, password = right) => clientFor(AuthService, system).login({ email, password });
  },
  () => system?.stop(),
);

const unknown = () => `${crypto.randomUUID()}@example.com`;
const errorOf = (call: Promise<unknown>) => call.then(() => undefined, ConnectError.from);
const tooMany = "ResourceExhausted too_many_requests";

describe("signing in", () => {
  test("takes the address as people write it", async () => {
    const { email, id } = await signUp(system, { email: `Ana.${unknown()}` });
    for (const typed of [email, email.toUpperCase(), ` ${email} `]) expect(await login(typed)).toMatchObject({ user: { id } });
  });

  test("answers the same for an unknown address and for a wrong password", async () => {
    const { email } = await signUp(system);
    const [stranger, wrong] = [(await errorOf(login(unknown())))!, (await errorOf(login(email, "otra clave larga")))!];
    const answerOf = (error: ConnectError) => ({ code: error.code, message: error.rawMessage, details: error.details });
    expect(answerOf(stranger)).toEqual(answerOf(wrong));
    expect([stranger.code, stranger.findDetails(ErrorInfoSchema)[0]]).toMatchObject([
      Code.Unauthenticated,
      { reason: "bad_credentials", domain: "lacio" },
    ]);
  });

  test("is refused alike to an account that has no password yet", async () => {
    const email = unknown();
    const admin = clientFor(AuthService, system, system.serviceToken("staff"));
    await admin.createAccount({ email, name: "Sofía", role: Caller_Role.STYLIST });
    expect(await refusal(login(email))).toBe("Unauthenticated bad_credentials");
  });

  test("ignores a stale access token in the header", async () => {
    const { email, password } = await signUp(system);
    expect(await refusal(clientFor(AuthService, system, "stale").login({ email, password }))).toBe("not refused");
  });
});

describe("guessing", () => {
  test("is rate limited per account, alike for known and unknown addresses, with a retry delay", async () => {
    for (const email of [(await signUp(system)).email, unknown()]) {
      for (let n = 0; n < perMinute; n++) expect(await refusal(login(email, "adivinando"))).toBe("Unauthenticated bad_credentials");
      const refused = (await errorOf(login(email)))!;
      expect(await refusal(Promise.reject(refused))).toBe(tooMany);
      const seconds = Number(refused.findDetails(RetryInfoSchema)[0]!.retryDelay!.seconds);
      expect([seconds > 0, seconds <= 60]).toEqual([true, true]);
    }
  });

  test("in parallel does not get around the rate limit", async () => {
    const email = unknown();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refusal(login(email, "adivinando"))));
    expect(answers.filter((answer) => answer !== tooMany)).toHaveLength(perMinute);
  });

  test("is reset by the right password", async () => {
    const { email } = await signUp(system);
    for (let n = 0; n < 3 * perMinute; n++) {
      const last = n % perMinute === perMinute - 1;
      expect(await refusal(login(email, last ? right : "adivinando"))).toBe(last ? "not refused" : "Unauthenticated bad_credentials");
    }
  });

  test("of one account does not limit another", async () => {
    const [target, other] = [await signUp(system), await signUp(system)];
    for (let n = 0; n <= perMinute; n++) await refusal(login(target.email, "adivinando"));
    expect([await refusal(login(target.email)), await refusal(login(other.email))]).toEqual([tooMany, "not refused"]);
  });
});

describe("an account", () => {
  test("is opened once per address, under ten concurrent requests", async () => {
    const email = unknown();
    const register = (n: number) =>
      clientFor(AuthService, system).register({ email: n % 2 ? email.toUpperCase() : email, password: right, name: "Ana" });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => refusal(register(n))));
    expect(answers.sort()).toEqual([...Array<string>(9).fill("AlreadyExists email_taken"), "not refused"]);
    expect(await sql(system, "auth", "select 1 from account where email = $1", [email])).toHaveLength(1);
  });
});

describe("nothing is hashed", () => {
  const auth = () => clientFor(AuthService, system);
  const asNotification = () => clientFor(AuthService, system, system.serviceToken("notification"));
  const hashed = (outcome = "hashed") => counted(`lacio_password_hashes_total{outcome="${outcome}"}`);
  async function counted(name: string): Promise<number> {
    const metrics = await (await fetch(`${system.urls["auth-ops"]}/metrics`)).text();
    const line = metrics.split("\n").find((one) => one.startsWith(name));
    return Number(line?.slice(name.length) ?? 0);
  }

  test("for links that do not work, however many bring them at once", async () => {
    const { id } = await signUp(system);
    const issue = async (purpose: Purpose) => (await asNotification().issueLinkToken({ accountId: id, purpose })).token;
    const [old, used] = [await issue(Purpose.RESET_PASSWORD), await issue(Purpose.RESET_PASSWORD)];
    await sql(system, "auth", "update link_token set expires_at = now() where hash = $1", [hashOf(old)]);
    await auth().resetPassword({ token: used, password: right });
    const before = await hashed();
    const bad = [...Array<string>(50).fill("nonsense"), old, used, await issue(Purpose.VERIFY_EMAIL)];
    const answers = await Promise.all(bad.map((token) => refusal(auth().resetPassword({ token, password: right }))));
    expect(new Set(answers)).toEqual(new Set(["FailedPrecondition link_invalid"]));
    expect((await hashed()) - before).toBe(0);
  });

  test("for an address that is taken", async () => {
    const { email } = await signUp(system);
    const before = await hashed();
    const again = { email: email.toUpperCase(), password: right, name: "Eva" };
    const asStaff = clientFor(AuthService, system, system.serviceToken("staff"));
    for (const call of [auth().register(again), asStaff.createAccount({ ...again, role: Caller_Role.STYLIST })])
      expect(await refusal(call)).toBe("AlreadyExists email_taken");
    expect((await hashed()) - before).toBe(0);
  });

  test("for callers who disconnected while queued", async () => {
    const before = await hashed();
    const impatient = new AbortController();
    const calls = Array.from({ length: 200 }, () => auth().login({ email: unknown(), password: right }, { signal: impatient.signal }));
    const answers = calls.map(refusal);
    await Promise.race(answers);
    impatient.abort();
    expect(await Promise.all(answers)).toContain("Canceled");
    await until(async () => (await hashed("left")) > 0);
    expect((await hashed()) - before).toBeLessThan(200);
  });
});

// Last in this file: Redis is not restarted.
describe("without Redis", () => {
  test("people sign in, and guessing is still rate limited", async () => {
    const { email } = await signUp(system);
    await system.process("redis").kill();
    expect(await until(() => login(email))).toMatchObject({ user: { role: Caller_Role.CLIENT } });
    const guessed = unknown();
    for (let n = 0; n < perMinute; n++) expect(await refusal(login(guessed, "adivinando"))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(login(guessed))).toBe(tooMany);
    expect(await refusal(clientFor(AuthService, system).requestPasswordReset({ email }))).toBe("not refused");
  });
});
