import { describe, expect, test } from "@jest/globals";
import { asService, clientFor, mails, refusal, sharedSystem, signUp, sql, until } from "@lacio/dev/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { hashOf } from "../domain/session.ts";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const asNotification = clientFor(AuthService, system, asService("notification", system));

const issue = async (accountId: string, purpose: Purpose) => (await asNotification.issueLinkToken({ accountId, purpose })).token;
const verified = async (id: string) =>
  (await sql(system, "auth", "select email_verified_at is not null as yes from account where id = $1", [id]))[0]!.yes;
const outlive = (token: string) => sql(system, "auth", "update link_token set expires_at = now() where hash = $1", [hashOf(token)]);

const pages = { verifyEmail: "/links/verify-email", setPassword: "/links/set-password" };
const open = (page: string, token = "") => send(`${page}?token=${encodeURIComponent(token)}`);
const press = (page: string, fields: Record<string, string>) => send(page, { method: "POST", body: new URLSearchParams(fields) });
async function send(path: string, init?: RequestInit) {
  const response = await fetch(new URL(path, system.urls["auth-http"]), init);
  return { status: response.status, html: await response.text(), headers: response.headers };
}

describe("the link to confirm an address", () => {
  test("confirms when its button is pressed, not when it is opened: mail scanners open links", async () => {
    const { id } = await signUp(system);
    const token = await issue(id, Purpose.VERIFY_EMAIL);
    expect(await open(pages.verifyEmail, token)).toMatchObject({ status: 200, html: expect.stringContaining(token) });
    expect(await verified(id)).toBe(false);
    expect(await press(pages.verifyEmail, { token })).toMatchObject({ status: 200, html: expect.stringContaining("Correo confirmado") });
    expect(await verified(id)).toBe(true);
    expect(await press(pages.verifyEmail, { token })).toMatchObject({ status: 200 });
  });

  test("comes by mail and leads through the edge", async () => {
    const { id, email } = await signUp(system);
    const mail = await until(async () => (await mails(system, email)).find(({ text }) => text.includes(pages.verifyEmail)));
    const link = new URL(/https:\/\/\S+\/links\/verify-email\S+/.exec(mail.text)![0]);
    expect(link.origin).toBe(system.urls.edge);
    const body = new URLSearchParams({ token: link.searchParams.get("token")! });
    expect((await fetch(link, { method: "POST", body })).status).toBe(200);
    expect(await verified(id)).toBe(true);
  });

  test.each([
    ["was never issued", async () => "unknown"],
    ["is too old", async (id: string) => outdated(await issue(id, Purpose.VERIFY_EMAIL))],
    ["is for another purpose", (id: string) => issue(id, Purpose.RESET_PASSWORD)],
  ])("that %s confirms nothing", async (_, tokenFor) => {
    const { id } = await signUp(system);
    const token = await tokenFor(id);
    expect(await press(pages.verifyEmail, { token })).toMatchObject({ status: 400, html: expect.stringContaining("Pide uno nuevo") });
    expect(await refusal(auth.verifyEmail({ token }))).toBe("FailedPrecondition link_invalid");
    expect(await verified(id)).toBe(false);
  });

  const outdated = async (token: string) => (await outlive(token), token);
});

describe("the link to set a password", () => {
  test("sets it, ends every session, and confirms the address", async () => {
    const person = await signUp(system);
    const elsewhere = await auth.login(person);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    expect(await open(pages.setPassword, token)).toMatchObject({ status: 200, html: expect.stringContaining(token) });
    expect(await press(pages.setPassword, { token, password: "otra clave larga" })).toMatchObject({ status: 200 });
    for (const { refreshToken } of [person, elsewhere])
      expect(await refusal(auth.refresh({ refreshToken }))).toBe("Unauthenticated session_over");
    expect(await refusal(auth.login(person))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(auth.login({ email: person.email, password: "otra clave larga" }))).toBe("not refused");
    expect(await verified(person.id)).toBe(true);
  });

  test("works once, however many press at once", async () => {
    const person = await signUp(system);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    const reset = (n: number) => refusal(auth.resetPassword({ token, password: `la clave nueva ${n}` }));
    const answers = await Promise.all([1, 2, 3, 4, 5].map(reset));
    expect(answers.sort()).toEqual([...Array<string>(4).fill("FailedPrecondition link_invalid"), "not refused"]);
    expect(await press(pages.setPassword, { token, password: "una vez más larga" })).toMatchObject({ status: 400 });
  });

  test("that is too old or unknown sets nothing", async () => {
    const person = await signUp(system);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    await outlive(token);
    for (const bad of [token, "unknown", await issue(person.id, Purpose.VERIFY_EMAIL)])
      expect(await press(pages.setPassword, { token: bad, password: "otra clave larga" })).toMatchObject({
        status: 400,
        html: expect.stringContaining("El enlace ya no sirve"),
      });
    expect(await refusal(auth.login(person))).toBe("not refused");
  });

  test("keeps the form and the link while the password is too short or too long", async () => {
    const person = await signUp(system);
    const token = await issue(person.id, Purpose.RESET_PASSWORD);
    for (const password of ["corta", "x".repeat(129), ""])
      expect(await press(pages.setPassword, { token, password })).toMatchObject({ status: 400, html: expect.stringContaining(token) });
    expect(await press(pages.setPassword, { token, password: "otra clave larga" })).toMatchObject({ status: 200 });
  });

  test("gives an invited person the first password", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const asStaff = clientFor(AuthService, system, asService("staff", system));
    const { user } = await asStaff.createAccount({ email, name: "Sofía", role: Caller_Role.STYLIST });
    const token = await issue(user!.id, Purpose.RESET_PASSWORD);
    await press(pages.setPassword, { token, password: "otra clave larga" });
    expect(await auth.login({ email, password: "otra clave larga" })).toMatchObject({ user: { role: Caller_Role.STYLIST } });
  });

  test("is mailed on request, alike for known and unknown addresses, and not without end", async () => {
    const { email, id } = await signUp(system);
    const stranger = `${crypto.randomUUID()}@example.com`;
    for (let n = 0; n < 5; n++)
      expect(await auth.requestPasswordReset({ email })).toEqual(await auth.requestPasswordReset({ email: stranger }));
    const asked = "select 1 from outbox where subject = 'auth.password_reset_requested' and key = $1";
    expect(await sql(system, "auth", asked, [id])).toHaveLength(3);
    await until(async () => (await mails(system, email)).some(({ text }) => text.includes(pages.setPassword)));
    expect(await mails(system, stranger)).toEqual([]);
  });
});

describe.each(Object.values(pages))("the page %s", (page) => {
  const everyAnswer = () => Promise.all([open(page, "t"), press(page, { token: "t", password: "otra clave larga" })]);

  test("runs no script, loads nothing, and cannot be framed, stored or traced by its address", async () => {
    for (const { headers, html } of await everyAnswer()) {
      const policy = headers.get("content-security-policy")!;
      for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"])
        expect(policy).toContain(rule);
      expect([headers.get("referrer-policy"), headers.get("cache-control"), headers.get("x-powered-by")]).toEqual([
        "no-referrer",
        "no-store",
        null,
      ]);
      expect(html).not.toMatch(/<script|https?:\/\/|<link|<img/);
    }
  });

  test("writes what stands in its address as text", async () => {
    const attack = `"><script>alert('x')</script><input value='&`;
    for (const { html } of [await open(page, attack), await press(page, { token: attack, password: "corta" })]) {
      expect(html).not.toContain("<script");
      expect(html).not.toContain(`value=""`);
    }
  });

  test("answers nonsense with a page, not with an error of ours", async () => {
    const nonsense = [
      send(`${page}?token[a]=b&token=c`),
      send(`${page}?token=%00%ff`),
      send(page, { method: "POST" }),
      send(page, { method: "POST", body: "token=a&token=b&password=x&password=y", headers: form }),
      send(page, { method: "POST", body: "token[a]=b&password[c]=otra+clave+larga", headers: form }),
      send(page, { method: "POST", body: `token=${"x".repeat(10_000)}`, headers: form }),
      send(page, { method: "POST", body: "token=%00&password=otra%20clave%20larga", headers: form }),
      send(page, { method: "POST", body: "{}", headers: { "content-type": "application/json" } }),
    ];
    for (const { status } of await Promise.all(nonsense)) expect(status).toBeLessThan(500);
  });

  const form = { "content-type": "application/x-www-form-urlencoded" };
});
