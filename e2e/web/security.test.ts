import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { adminToken, clientFor, sharedSystem, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { openBrowser, visitor, type Browser } from "./browser.ts";
import { test } from "./network-changes.ts";

// Security headers, CSRF and access, tested by HTTP.

const system = sharedSystem();
const edge = system.urls.edge!;
let client: SignedIn;
let browser: Browser;
beforeAll(async () => {
  [client, browser] = await Promise.all([signUp(system), openBrowser()]);
});
afterAll(() => browser?.close());

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(edge + path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { origin: edge, accept: "text/html", ...headers },
    redirect: "manual",
  });

const signIn = (path = "/entrar", more = {}) => form(path, { email: client.email, password: client.password, ...more });

describe("signing in", () => {
  test("sets cookies for this host alone, that no script reads and no other site sends", async () => {
    const answer = await signIn();
    const cookies = answer.headers.getSetCookie();
    expect([answer.status, cookies.length]).toEqual([303, 3]);
    for (const cookie of cookies)
      expect(cookie).toMatch(/^__Host-lacio-(access|refresh|known)=.+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(await answer.text()).not.toContain("eyJ");
  });

  test.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/%09/evil.example",
  ])("never leads to another site: %s", async (next) => {
    const answer = await signIn(`/entrar?next=${encodeURIComponent(next)}`, { next });
    expect(answer.status).toBe(303);
    expect(new URL(answer.headers.get("location")!, edge).origin).toBe(new URL(edge).origin);
  });
});

test.each(["/entrar", "/registro", "/salir", "/cuenta", "/olvide"])("a form of another site is refused: POST %s", async (path) => {
  for (const origin of ["https://evil.example", "null"]) expect((await form(path, { email: "a" }, { origin })).status).toBe(403);
});

test.each(["/", "/entrar", "/reservas", "/no-existe"])("%s comes with its policies", async (path) => {
  const { headers } = await fetch(edge + path, { redirect: "manual" });
  const policy = headers.get("content-security-policy");
  if (headers.get("location") === null) {
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-inline");
    expect(policy).not.toContain("unsafe-eval");
  }
  expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).toContain("no-store");
  expect(headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
});

test("a page of one client is not there for another, nor for a visitor", async () => {
  const { page, context } = await visitor(browser, edge);
  const anyId = "01935f3a-7c2e-7b11-9d3f-5c2a7f3a19c2";
  await page.goto(`/reservas/${anyId}`);
  expect(new URL(page.url()).pathname).toBe("/entrar");
  await page.locator('input[name="email"]').fill(client.email);
  await page.locator('input[type="password"]').fill(client.password);
  await page.getByRole("main").getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("heading", { name: "No encontramos esta página" }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/reservas/${anyId}`);
  await context.close();
});

test("a session that the services do not know is told to be over, and forgotten", async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = [part({ alg: "ES256" }), part({ sub: client.id, role: "CLIENT", exp: Math.floor(Date.now() / 1000) + 600 }), "x"].join(
    ".",
  );
  const headers = { cookie: `__Host-lacio-access=${forged}`, accept: "text/html" };
  const answer = await fetch(`${edge}/reservas`, { headers, redirect: "manual" });
  expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining("Tu sesión terminó")]);
  const gone = answer.headers.getSetCookie().filter((cookie) => /^__Host-lacio-(access|refresh)=; Max-Age=0;/.test(cookie));
  expect(gone).toHaveLength(2);
});

test("a disabled account is told so to who has its password, and only then", async () => {
  const { id: accountId, email, password } = await signUp(system);
  await clientFor(AuthService, system, await adminToken(system)).disableAccount({ accountId });
  const [right, wrong] = [await form("/entrar", { email, password }), await form("/entrar", { email, password: "otra clave larga" })];
  expect([right.status, await right.text()]).toEqual([403, expect.stringContaining("Esta cuenta está cerrada")]);
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("no coinciden")]);
});

test("a session that was ended in another browser is over here, too, for pages and forms", async () => {
  const cookies = (await signIn()).headers.getSetCookie().map((cookie) => cookie.split(";")[0]!);
  const cookie = cookies.join("; ");
  const page = (path: string) => fetch(`${edge}${path}`, { headers: { cookie, accept: "text/html" }, redirect: "manual" });
  expect((await page("/cuenta")).status).toBe(200);
  const access = cookies.find((one) => one.startsWith("__Host-lacio-access="))!.split("=")[1]!;
  const auth = clientFor(AuthService, system, access);
  const current = (await auth.listSessions({ pageSize: 200 })).sessions.find((session) => session.current)!;
  await auth.revokeSession({ sessionId: current.sessionId });
  const over = await until(async () => {
    const answer = await page("/cuenta");
    return answer.status === 401 && answer;
  });
  expect(await over.text()).toMatch(/Tu sesión terminó[^]*\/entrar\?next=%2Fcuenta/);
  const sent = await form("/cuenta?/preferencias", { cuenta: client.id, when: "REFUND" }, { cookie });
  for (const { status, headers } of [over, sent])
    expect([status, headers.getSetCookie().filter((gone) => /^__Host-lacio-(access|refresh)=; Max-Age=0;/.test(gone)).length]).toEqual([
      401, 2,
    ]);
  expect((await page("/")).status).toBe(200); // what is open to everybody stays so
});

test("signing out ends the session, also for whoever kept the cookies", async () => {
  const cookies = (await signIn()).headers.getSetCookie().map((cookie) => cookie.split(";")[0]!);
  const cookie = cookies.join("; ");
  expect((await fetch(`${edge}/reservas`, { headers: { cookie }, redirect: "manual" })).status).toBe(200);
  const out = await form("/salir", { cuenta: client.id }, { cookie });
  expect([out.status, out.headers.getSetCookie().every((gone) => gone.includes("Max-Age=0"))]).toEqual([303, true]);
  const refresh = cookies.find((one) => one.startsWith("__Host-lacio-refresh"))!;
  expect((await fetch(`${edge}/reservas`, { headers: { cookie: refresh }, redirect: "manual" })).status).toBe(303);
});
