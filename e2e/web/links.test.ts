import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { asService, clientFor, refusal, sharedSystem, signUp, sql } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { openBrowser, visitor, type Browser } from "./browser.ts";
import { test } from "./network-changes.ts";

// The pages of mailed links. The tokens themselves are tested beside auth's RPCs.

const system = sharedSystem();
const edge = system.urls.edge!;
const auth = clientFor(AuthService, system);
const asNotification = clientFor(AuthService, system, asService("notification", system));
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const issue = async (accountId: string, purpose: Purpose) => (await asNotification.issueLinkToken({ accountId, purpose })).token;
const verified = async (id: string) =>
  (await sql(system, "auth", "select email_verified_at is not null as yes from account where id = $1", [id]))[0]!.yes;

describe.each([
  ["with JavaScript", {}],
  ["without", { javaScriptEnabled: false }],
])("%s", (_, options) => {
  test("an address is confirmed by the button, not by opening the link: mail scanners open links", async () => {
    const { id } = await signUp(system);
    const { page, context, complaints } = await visitor(browser, edge, options);
    await page.goto(`/links/verify-email?token=${await issue(id, Purpose.VERIFY_EMAIL)}`);
    expect(await verified(id)).toBe(false);
    await page.getByRole("main").getByRole("button").click();
    await page.getByText("Correo confirmado").waitFor();
    expect([await verified(id), complaints]).toEqual([true, []]);
    await context.close();
  });

  test("a password is set by the form, which stays while the password is too short; then the link is spent", async () => {
    const person = await signUp(system);
    const { page, context } = await visitor(browser, edge, options);
    const address = `/links/set-password?token=${await issue(person.id, Purpose.RESET_PASSWORD)}`;
    const send = async (password: string) => {
      await page.locator("form").first().waitFor();
      if (!("javaScriptEnabled" in options)) await page.evaluate(() => (document.forms[0]!.noValidate = true));
      await page.locator('input[name="password"]').fill(password);
      await page.getByRole("main").locator('button[type="submit"]').click();
    };
    await page.goto(address);
    if (!("javaScriptEnabled" in options)) {
      await send("corta");
      await page.getByText("Usa al menos 8 caracteres").waitFor();
    }
    await send("otra clave larga");
    await page.waitForURL(/\/entrar/);
    expect(await refusal(auth.login({ email: person.email, password: "otra clave larga" }))).toBe("not refused");
    await page.goto(address);
    await send("una vez más larga");
    await page.getByText("El enlace ya no sirve").waitFor();
    expect(await page.getByRole("link", { name: "Pedir otro enlace" }).count()).toBe(1);
    await context.close();
  });
});

describe.each(["/links/verify-email", "/links/set-password", "/links/confirm-email", "/links/cita", "/links/cita/otra-hora"])(
  "the page %s",
  (path) => {
    const post = (body: string, type = "application/x-www-form-urlencoded") =>
      fetch(edge + path, {
        method: "POST",
        body,
        headers: { "content-type": type, origin: edge, accept: "text/html" },
        redirect: "manual",
      });

    test("lets its token go nowhere: not in a referrer, not into a cache, not to a search engine", async () => {
      for (const answer of [await fetch(`${edge}${path}?token=t`), await post("token=t&password=otra+clave+larga")]) {
        expect([answer.headers.get("referrer-policy"), answer.headers.get("cache-control")]).toEqual([
          "strict-origin",
          "private, no-store",
        ]);
        if (answer.status === 303) continue; // a redirect has no page
        expect(await answer.text()).toContain('<meta name="robots" content="noindex"/>');
      }
    });

    test("writes what stands in its address as text", async () => {
      const attack = `"><script>alert('x')</script><input value='&`;
      const html = await (await fetch(`${edge}${path}?token=${encodeURIComponent(attack)}`)).text();
      expect(html).not.toContain("<script>alert");
    });

    test("answers nonsense with a page, not with an error of ours", async () => {
      const nonsense = [
        await fetch(`${edge}${path}?token[a]=b&token=c`),
        await fetch(`${edge}${path}?token=%00%ff`),
        await post(""),
        await post("token=a&token=b&password=x&password=y"),
        await post(`token=${"x".repeat(10_000)}&password=otra+clave+larga`),
        await post("token=%00&password=otra%20clave%20larga"),
        await post("{}", "application/json"),
      ];
      for (const { status } of nonsense) expect(status).toBeLessThan(500);
    });
  },
);
