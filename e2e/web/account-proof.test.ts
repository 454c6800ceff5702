import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { clientFor, mails, refusal, sharedSystem, signIn, sql, until } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn } from "./world.ts";

// What the account's pages change with the password alone: the password and the e-mail address. Erasing is in account.test.ts.

const system = sharedSystem();
const edge = system.urls.edge!;
const auth = clientFor(AuthService, system);
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const main = (page: Page) => page.getByRole("main");
const says = (page: Page, words: string | RegExp) => main(page).getByText(words).first().waitFor();
const newPassword = "otra clave larga";

/** Fills the form in and sends it; what is not given stays as it is. */
async function send(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`input[name="${name}"]`).fill(value);
  await main(page).locator('button[type="submit"]').first().click();
}

describe.each([
  ["with JavaScript", {}],
  ["without", { javaScriptEnabled: false }],
])("%s", (_, options) => {
  test("she changes her password: not with a wrong one; then the other devices are signed out, and she is not", async () => {
    const { page, context, complaints } = await visitor(browser, edge, options);
    const person = await signedIn(context, system as never);
    const elsewhere = await auth.login(person);
    await page.goto("/cuenta");
    await main(page).getByRole("link", { name: "Cambiar mi contraseña" }).click();
    await page.waitForURL(/\/cuenta\/clave/);
    await send(page, { password: "adivinando", "new-password": newPassword });
    await says(page, "Esa no es tu contraseña.");
    expect(await page.locator('input[name="password"]').getAttribute("aria-invalid")).toBe("true");
    await send(page, { password: person.password, "new-password": newPassword });
    await says(page, "Cerramos tus sesiones en los demás dispositivos.");
    expect(new URL(page.url()).pathname).toBe("/cuenta");
    expect(await refusal(auth.refresh({ refreshToken: elsewhere.refreshToken }))).toBe("Unauthenticated session_over");
    expect(await refusal(signIn(system, person))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(signIn(system, { ...person, password: newPassword }))).toBe("not refused");
    expect(complaints.filter((words) => !words.includes("422"))).toEqual([]);
    await context.close();
  });

  test("she changes her e-mail: what she typed stays but for the password; it changes with the button of the mailed link", async () => {
    const { page, context } = await visitor(browser, edge, options);
    const person = await signedIn(context, system as never);
    const email = `${crypto.randomUUID()}@example.com`;
    await page.goto("/cuenta");
    await main(page).getByRole("link", { name: "Cambiar mi correo" }).click();
    await page.waitForURL(/\/cuenta\/correo/);
    await send(page, { email: person.email, password: person.password });
    await says(page, "Ese ya es tu correo.");
    await send(page, { email, password: "adivinando" });
    await says(page, "Esa no es tu contraseña.");
    expect(await page.locator('input[name="email"]').inputValue()).toBe(email);
    await send(page, { password: person.password });
    await says(page, `Enviamos un enlace a ${email}`);

    const mail = await until(async () => (await mails(system, email)).find(({ text }) => text.includes("/links/confirm-email")));
    const link = new URL(/https:\/\/\S+\/links\/\S+/.exec(mail.text)![0]);
    await page.goto(link.href);
    expect(await refusal(signIn(system, person))).toBe("not refused"); // mail scanners open links
    await main(page).getByRole("button").click();
    await says(page, "Tu correo cambió.");
    expect(await refusal(signIn(system, person))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(signIn(system, { ...person, email }))).toBe("not refused");
    await until(
      async () => (await sql(system, "users", "select 1 from profile where id = $1 and email = $2", [person.id, email])).length > 0,
    );
    await page.goto("/cuenta");
    await says(page, email);

    await page.goto(link.href);
    await main(page).getByRole("button").click();
    await says(page, "El enlace ya no sirve");
    await context.close();
  });
});

test("a session that was ended meanwhile leads to the sign-in, and back to the form", async () => {
  const { page, context } = await visitor(browser, edge, {});
  for (const path of ["/cuenta/clave", "/cuenta/correo", "/cuenta/borrar"]) {
    const person = await signedIn(context, system as never);
    await page.goto(path);
    const [access] = (await context.cookies()).filter(({ name }) => name === "__Host-lacio-access");
    await context.addCookies([{ ...access!, value: `${person.accessToken.slice(0, -8)}AAAAAAAA` }]); // what no service takes
    const filled = { password: person.password, "new-password": newPassword, email: `${crypto.randomUUID()}@example.com` };
    const there = await page
      .locator("main input:not([type=hidden])[name]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("name")!));
    await send(page, Object.fromEntries(there.map((name) => [name, filled[name as keyof typeof filled]])));
    await page.waitForURL((url) => url.pathname === "/entrar" && url.searchParams.get("next") === path);
    expect((await context.cookies()).map(({ name }) => name)).not.toContain("__Host-lacio-access");
  }
  await context.close();
});
