import { describe, expect, test } from "@jest/globals";
import { ConnectError } from "@connectrpc/connect";
import { asService, clientFor, mails, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { BadRequestSchema } from "@lacio/proto/google/rpc/error_details";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const as = ({ accessToken }: { accessToken: string }) => clientFor(AuthService, system, accessToken);
const asUsers = clientFor(AuthService, system, asService("users", system));
const asNotification = clientFor(AuthService, system, asService("notification", system));

const newPassword = "otra clave larga";
const change = (person: SignedIn, wishes: object = {}) =>
  refusal(as(person).changePassword({ currentPassword: person.password, newPassword, ...wishes }));
const changedFacts = async ({ id }: { id: string }) =>
  (await sql(system, "auth", "select 1 from outbox where subject = 'auth.password_changed' and key = $1", [id])).length;
const wrong = "InvalidArgument wrong_password";

/** The fields that a refusal names. */
const fieldsOf = (call: Promise<unknown>) =>
  call.then(
    () => [],
    (error: unknown) =>
      ConnectError.from(error)
        .findDetails(BadRequestSchema)[0]!
        .fieldViolations.map(({ field }) => field),
  );

describe("changing the password while signed in", () => {
  test("takes the current one, ends all other sessions, and mails the owner", async () => {
    const person = await signUp(system);
    const { token } = await asNotification.issueLinkToken({ accountId: person.id, purpose: Purpose.VERIFY_EMAIL });
    await auth.verifyEmail({ token });
    await until(async () => (await sql(system, "users", "select 1 from profile where id = $1 and email_verified", [person.id])).length > 0);
    const elsewhere = await auth.login(person);
    expect(await change(person)).toBe("not refused");
    expect(await refusal(auth.login(person))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(auth.refresh({ refreshToken: elsewhere.refreshToken }))).toBe("Unauthenticated session_over");
    expect(await refusal(auth.refresh(person))).toBe("not refused");
    expect(await refusal(auth.login({ email: person.email, password: newPassword }))).toBe("not refused");
    const told = await until(async () => (await mails(system, person.email)).find(({ subject }) => subject.endsWith("cambió")));
    expect(told.text).toContain("Cerramos tus sesiones en los demás dispositivos");
    expect(await changedFacts(person)).toBe(1);
  });

  test("a stolen access token is not enough: with a wrong one nothing changes, and the answer names the field", async () => {
    const person = await signUp(system);
    expect(await change(person, { currentPassword: "adivinando" })).toBe(`${wrong} currentPassword`);
    expect(await fieldsOf(as(person).changePassword({ currentPassword: "adivinando", newPassword }))).toEqual(["currentPassword"]);
    expect([await refusal(auth.login(person)), await refusal(auth.refresh(person))]).toEqual(["not refused", "not refused"]);
    expect(await changedFacts(person)).toBe(0);
  });

  test("voids what was mailed before: links to set a password, and to a new address", async () => {
    const person = await signUp(system);
    const reset = (await asNotification.issueLinkToken({ accountId: person.id, purpose: Purpose.RESET_PASSWORD })).token;
    await as(person).changeEmail({ password: person.password, email: `${crypto.randomUUID()}@example.com` });
    const confirm = (await asNotification.issueLinkToken({ accountId: person.id, purpose: Purpose.CHANGE_EMAIL })).token;
    await change(person);
    expect(await refusal(auth.resetPassword({ token: reset, password: "de un ladrón" }))).toBe("FailedPrecondition link_invalid");
    expect(await refusal(auth.confirmEmailChange({ token: confirm }))).toBe("FailedPrecondition link_invalid");
    expect(await refusal(asNotification.getEmailChange({ accountId: person.id }))).toBe("NotFound not_found");
  });

  test("under concurrent changes one wins: the others' proof is void by then", async () => {
    const person = await signUp(system);
    const answers = await Promise.all([1, 2, 3, 4].map((n) => change(person, { newPassword: `la clave nueva ${n}` })));
    expect(answers.sort()).toEqual([...Array<string>(3).fill(`${wrong} currentPassword`), "not refused"]);
    expect(await changedFacts(person)).toBe(1);
  });

  test.each(["corta", "x".repeat(129), ""])("refuses %j as a new one before it hashes anything", async (short) => {
    const person = await signUp(system);
    expect(await change(person, { newPassword: short })).toBe("InvalidArgument invalid_argument newPassword");
  });
});

describe("a proof of the password", () => {
  const check = (accountId: string, password: string) => refusal(asUsers.checkPassword({ accountId, password }));

  test("counts as a login: guesses are limited together with those of the login", async () => {
    const person = await signUp(system);
    for (let n = 0; n < 5; n++) {
      expect(await check(person.id, "adivinando")).toBe(`${wrong} password`);
      expect(await refusal(auth.login({ ...person, password: "adivinando" }))).toBe("Unauthenticated bad_credentials");
    }
    for (const answer of [check(person.id, person.password), change(person), refusal(auth.login(person))])
      expect(await answer).toBe("ResourceExhausted too_many_requests");
  });

  test("is reset by the right password, as for a login", async () => {
    const person = await signUp(system);
    for (let n = 1; n <= 20; n++)
      expect(await check(person.id, n % 5 ? "adivinando" : person.password)).toBe(n % 5 ? `${wrong} password` : "not refused");
  });

  test("of an account that has none yet is refused with what to do; of none at all it is not found", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const asStaff = clientFor(AuthService, system, asService("staff", system));
    const { user } = await asStaff.createAccount({ email, name: "Sofía", role: Caller_Role.CLIENT });
    expect(await check(user!.id, "cualquiera")).toBe("FailedPrecondition password_not_set");
    expect(await check(crypto.randomUUID(), "cualquiera")).toBe("NotFound not_found");
  });
});

describe("a password that is set by a mailed link", () => {
  test("is told to the owner; an invited person's first one is not", async () => {
    const person = await signUp(system);
    const invited = `${crypto.randomUUID()}@example.com`;
    const asStaff = clientFor(AuthService, system, asService("staff", system));
    const { user } = await asStaff.createAccount({ email: invited, name: "Sofía", role: Caller_Role.CLIENT });
    for (const { id } of [person, user!]) {
      const { token } = await asNotification.issueLinkToken({ accountId: id, purpose: Purpose.RESET_PASSWORD });
      await auth.resetPassword({ token, password: newPassword });
    }
    const told = await until(async () => (await mails(system, person.email)).find(({ subject }) => subject.endsWith("cambió")));
    expect(told.text).toContain("Cerramos todas tus sesiones");
    expect([await changedFacts(person), await changedFacts(user!)]).toEqual([1, 0]);
  });
});
