import { describe, expect, test } from "@jest/globals";
import { asService, clientFor, mails, refusal, sharedSystem, signUp, sql, until } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { hashOf } from "../domain/session.ts";

// The pages that the links open are tested in e2e/web.

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const asNotification = clientFor(AuthService, system, asService("notification", system));

const issue = async (accountId: string, purpose: Purpose) => (await asNotification.issueLinkToken({ accountId, purpose })).token;
const verified = async (id: string) =>
  (await sql(system, "auth", "select email_verified_at is not null as yes from account where id = $1", [id]))[0]!.yes;
const spent = async (token: string) =>
  (await sql(system, "auth", "select used_at is not null as yes from link_token where hash = $1", [hashOf(token)]))[0]!.yes;
const registrationOf = (accountId: string) => clientFor(AuthService, system, asService("users", system)).getRegistration({ accountId });
/** How many EmailVerified facts are in the outbox. */
const verifiedFacts = async (id: string) =>
  (await sql(system, "auth", "select 1 from outbox where subject = 'auth.email_verified' and key = $1", [id])).length;
const outlive = (token: string) => sql(system, "auth", "update link_token set expires_at = now() where hash = $1", [hashOf(token)]);

/** The link in a mail to this address. */
const mailed = async (email: string, path: string) => {
  const mail = await until(async () => (await mails(system, email)).find(({ text }) => text.includes(path)));
  return new URL(/https?:\/\/\S+\/links\/\S+/.exec(mail.text)![0]);
};

describe("the link to confirm an address", () => {
  test("comes by mail, leads to the edge, confirms, and is idempotent", async () => {
    const { id, email } = await signUp(system);
    const link = await mailed(email, "/links/verify-email");
    expect([link.origin, link.pathname]).toEqual([system.urls.edge, "/links/verify-email"]);
    const token = link.searchParams.get("token")!;
    const use = () => refusal(auth.verifyEmail({ token }));
    expect((await registrationOf(id)).emailVerified).toBe(false);
    expect([await use(), await use()]).toEqual(["not refused", "not refused"]);
    expect(await verified(id)).toBe(true);
    expect([(await registrationOf(id)).emailVerified, await verifiedFacts(id)]).toEqual([true, 1]);
  });

  test("a secret ends with the change it was made for, as do all others of the account, and those alone", async () => {
    const { id } = await signUp(system);
    const [used, other] = [await issue(id, Purpose.VERIFY_EMAIL), await issue(id, Purpose.VERIFY_EMAIL)];
    const reset = await issue(id, Purpose.RESET_PASSWORD);
    await auth.verifyEmail({ token: used });
    expect([await spent(used), await spent(other), await spent(reset)]).toEqual([true, true, false]);
    await sql(system, "auth", "update account set email_verified_at = null where id = $1", [id]); // a new address would be unverified again
    for (const token of [used, other]) expect(await refusal(auth.verifyEmail({ token }))).toBe("FailedPrecondition link_invalid");
    expect(await verified(id)).toBe(false);
  });

  test.each([
    ["was never issued", async () => "unknown"],
    ["is too old", async (id: string) => outdated(await issue(id, Purpose.VERIFY_EMAIL))],
    ["is for another purpose", (id: string) => issue(id, Purpose.RESET_PASSWORD)],
  ])("that %s confirms nothing", async (_, tokenFor) => {
    const { id } = await signUp(system);
    expect(await refusal(auth.verifyEmail({ token: await tokenFor(id) }))).toBe("FailedPrecondition link_invalid");
    expect(await verified(id)).toBe(false);
  });

  const outdated = async (token: string) => (await outlive(token), token);
});

describe("the link to set a password", () => {
  test("sets it, ends every session, and confirms the address", async () => {
    const person = await signUp(system);
    const elsewhere = await auth.login(person);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    await auth.resetPassword({ token, password: "otra clave larga" });
    for (const { refreshToken } of [person, elsewhere])
      expect(await refusal(auth.refresh({ refreshToken }))).toBe("Unauthenticated session_over");
    expect(await refusal(auth.login(person))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(auth.login({ email: person.email, password: "otra clave larga" }))).toBe("not refused");
    expect([await verified(person.id), await verifiedFacts(person.id)]).toEqual([true, 1]);
  });

  test("works once under concurrent requests", async () => {
    const person = await signUp(system);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    const reset = (n: number) => refusal(auth.resetPassword({ token, password: `la clave nueva ${n}` }));
    const answers = await Promise.all([1, 2, 3, 4, 5].map(reset));
    expect(answers.sort()).toEqual([...Array<string>(4).fill("FailedPrecondition link_invalid"), "not refused"]);
    expect(await reset(6)).toBe("FailedPrecondition link_invalid");
  });

  test("that is too old, unknown or for another purpose sets nothing", async () => {
    const person = await signUp(system);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    await outlive(token);
    for (const bad of [token, "unknown", await issue(person.id, Purpose.VERIFY_EMAIL)])
      expect(await refusal(auth.resetPassword({ token: bad, password: "otra clave larga" }))).toBe("FailedPrecondition link_invalid");
    expect(await refusal(auth.login(person))).toBe("not refused");
  });

  test("stays good while the password is too short or too long", async () => {
    const person = await signUp(system);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    for (const password of ["corta", "x".repeat(129), ""])
      expect(await refusal(auth.resetPassword({ token, password }))).toMatch(/^InvalidArgument/);
    expect(await refusal(auth.resetPassword({ token, password: "otra clave larga" }))).toBe("not refused");
  });

  test("a secret ends with the change it was made for, as do all of its kind: asked for twice, mailed as an invitation, or to confirm the address", async () => {
    const [person, stranger] = [await signUp(system), await signUp(system)];
    const { RESET_PASSWORD, VERIFY_EMAIL } = Purpose;
    const [first, second, invitation] = [await issue(person.id, RESET_PASSWORD), await issue(person.id, RESET_PASSWORD), await issue(person.id, RESET_PASSWORD)]; // prettier-ignore
    const [confirming, elsewhere] = [await issue(person.id, VERIFY_EMAIL), await issue(stranger.id, RESET_PASSWORD)];
    await auth.resetPassword({ token: second, password: "otra clave larga" });
    for (const token of [first, invitation])
      expect(await refusal(auth.resetPassword({ token, password: "la clave de un ladrón" }))).toBe("FailedPrecondition link_invalid");
    expect(await refusal(auth.login({ email: person.email, password: "otra clave larga" }))).toBe("not refused");
    expect([await spent(first), await spent(invitation), await spent(confirming)]).toEqual([true, true, true]);
    expect(await refusal(auth.resetPassword({ token: elsewhere, password: "otra clave larga" }))).toBe("not refused");
    expect(await refusal(auth.resetPassword({ token: await issue(person.id, RESET_PASSWORD), password: "una más larga" }))).toBe("not refused"); // prettier-ignore
  });

  test("a secret ends with the change it was made for, also when three are pressed at once", async () => {
    const person = await signUp(system);
    const tokens = await Promise.all([1, 2, 3].map(() => issue(person.id, Purpose.RESET_PASSWORD)));
    const answers = await Promise.all(tokens.map((token) => refusal(auth.resetPassword({ token, password: "otra clave larga" }))));
    expect(answers.sort()).toEqual(["FailedPrecondition link_invalid", "FailedPrecondition link_invalid", "not refused"]);
  });

  test("gives an invited person the first password", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const asStaff = clientFor(AuthService, system, asService("staff", system));
    const { user } = await asStaff.createAccount({ email, name: "Sofía", role: Caller_Role.STYLIST });
    const token = await issue(user!.id, Purpose.RESET_PASSWORD);
    await auth.resetPassword({ token, password: "otra clave larga" });
    expect(await auth.login({ email, password: "otra clave larga" })).toMatchObject({ user: { role: Caller_Role.STYLIST } });
  });

  test("is mailed on request, alike for known and unknown addresses, up to the rate limit", async () => {
    const { email, id } = await signUp(system);
    const stranger = `${crypto.randomUUID()}@example.com`;
    for (let n = 0; n < 5; n++)
      expect(await auth.requestPasswordReset({ email })).toEqual(await auth.requestPasswordReset({ email: stranger }));
    const asked = "select 1 from outbox where subject = 'auth.password_reset_requested' and key = $1";
    expect(await sql(system, "auth", asked, [id])).toHaveLength(3);
    expect((await mailed(email, "/links/set-password")).searchParams.get("token")).toMatch(/^.{20,200}$/);
    expect(await mails(system, stranger)).toEqual([]);
  });
});
