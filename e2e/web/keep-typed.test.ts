/// <reference lib="dom" />
import { afterAll, beforeAll, expect } from "@jest/globals";
import { sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { at, book, openSalon, pay } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn } from "./world.ts";

// Typed values survive a language switch and a reload (sessionStorage), per tab and account, until they are sent or another page is opened.

const system = sharedSystem();
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const field = (page: Page, name: string) => page.locator(`main [name="${name}"]`);
const press = (page: Page, name: RegExp) => page.getByRole("main").getByRole("button", { name }).first().click();
const kept = (page: Page) => page.evaluate(() => sessionStorage.getItem("typed"));
const profileOf = async ({ id }: SignedIn) => (await sql(system, "users", "select name, phone from profile where id = $1", [id]))[0];

async function speak(page: Page, language: "EN" | "ES"): Promise<void> {
  await page.getByRole("navigation").getByText(language, { exact: true }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/en/") === (language === "EN"));
}

/** Polls the fields' values until they are as expected, because the script restores them after the page has loaded. */
async function shows(page: Page, expected: Record<string, string>): Promise<void> {
  const values = () =>
    page.evaluate((names) => {
      const boxes = (name: string) => [...document.querySelectorAll<HTMLInputElement>(`main [name="${name}"]`)];
      const value = (box?: HTMLInputElement) => (box?.type === "checkbox" ? String(box.checked) : (box?.value ?? "no such field"));
      return Object.fromEntries(names.map((name) => [name, value(boxes(name).find((box) => box.type !== "radio" || box.checked))]));
    }, Object.keys(expected));
  let last: Record<string, string> = {};
  const asExpected = async () => JSON.stringify((last = await values())) === JSON.stringify(expected) || undefined;
  await until(asExpected).catch(() => expect(last).toEqual(expected));
}
/** Waits for hydration: the password field's button exists only with script. */
const scripted = (page: Page) => page.getByRole("button", { name: /contraseña|password/i }).waitFor();

test("her account's fields and choices are there in the other language and after a reload; what was saved is the server's again", async () => {
  const { page, context, complaints } = await visitor(browser, system.urls.edge!);
  const ana = await signedIn(context, system as never, await signUp(system, { name: "Ana Peña" }));
  await until(async () => (await profileOf(ana)) ?? undefined);
  await page.goto("/cuenta");
  const typed = { name: "Ana María", phone: "300 123 4567", documentType: "CC", documentNumber: "1020304050" };
  await field(page, "name").fill(typed.name);
  await field(page, "phone").fill(typed.phone);
  await field(page, "documentType").selectOption(typed.documentType);
  await field(page, "documentNumber").fill(typed.documentNumber);
  await field(page, "when").last().check();
  await field(page, "marketing").check();
  const all = { ...typed, when: "SUBSTITUTE", marketing: "true" };
  await until(async () => (await kept(page))?.includes("marketing") || undefined);
  await speak(page, "EN");
  await shows(page, all);
  await page.reload();
  await shows(page, all);

  // Also a value that the server refuses.
  await field(page, "documentNumber").fill("1");
  await press(page, /^Save$/);
  await page.getByRole("alert").waitFor();
  await speak(page, "ES");
  await shows(page, { ...all, documentNumber: "1" });

  // Sending one form does not change the other.
  await field(page, "documentNumber").fill(typed.documentNumber);
  await press(page, /^Guardar$/);
  await page.getByText(/quedaron guardados/).waitFor();
  await sql(system, "users", "update profile set name = 'Ana de otra parte' where id = $1", [ana.id]);
  await page.reload();
  await shows(page, { ...all, name: "Ana de otra parte", phone: "+573001234567" });
  await press(page, /^Guardar preferencias/);
  await page
    .getByText(/preferencias quedaron|guardadas/)
    .first()
    .waitFor();
  await until(async () => (await kept(page)) === null || undefined);
  await page.goto("/cuenta");
  await shows(page, { ...all, name: "Ana de otra parte", phone: "+573001234567" });
  expect(complaints).toEqual([]);
  await context.close();
});

test("a visitor's registration and her address at the door are kept, a password never is, also while she looks at it", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  await page.goto("/registro");
  await scripted(page);
  const typed = { name: "Eva Ríos", email: "eva@example.com", phone: "3001234567" };
  for (const [name, value] of Object.entries(typed)) await field(page, name).fill(value);
  await page.getByRole("button", { name: /contraseña/ }).click();
  await field(page, "password").fill("una clave larga");
  await speak(page, "EN");
  await shows(page, { ...typed, password: "" });
  await page.reload();
  await shows(page, { ...typed, password: "" });
  expect(await kept(page)).not.toMatch(/clave|cuenta/);

  // On another page the values are deleted, and are not restored after coming back.
  await page
    .getByRole("main")
    .getByRole("link", { name: /account/i })
    .first()
    .click();
  await page.waitForURL(/\/en\/entrar/);
  await until(async () => (await kept(page)) === null || undefined);
  await field(page, "email").fill(typed.email);
  await page.reload();
  await shows(page, { email: typed.email });

  // Also when the only page in between is without script.
  await page.goto("/registro");
  await scripted(page);
  await field(page, "name").fill(typed.name);
  await page.goto("/");
  await page.goto("/registro");
  await until(async () => (await kept(page)) === null || undefined);
  await scripted(page);
  await shows(page, { name: "", email: "", phone: "" });
  await context.close();
});

test("what she sent before the script came, and the server refused, is kept from then on", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  await page.route("**/*.js", (route) => route.abort());
  await page.goto("/registro");
  const typed = { name: "Eva Ríos", email: "eva@example", phone: "12" };
  for (const [name, value] of Object.entries({ ...typed, password: "una clave larga" })) await field(page, name).fill(value);
  await page.unroute("**/*.js");
  await press(page, /^Crear/);
  await page.getByRole("alert").waitFor();
  await until(async () => (await kept(page))?.includes(typed.email) || undefined);
  await speak(page, "EN");
  await shows(page, { ...typed, password: "" });
  await context.close();
});

test("why she cancels is kept; somebody else in the same tab sees nothing of it", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const [ana, eva] = [await signUp(system), await signUp(system, { name: "Eva Ríos" })];
  await until(async () => (await profileOf(eva)) ?? undefined);
  const { bookingId } = await book(system, ana, await openSalon(system), at(22, "10:00"));
  await pay(system, ana, bookingId);
  await signedIn(context, system as never, ana);
  const cancel = `/reservas/${bookingId}/cancelar`;
  await until(async () => (await page.request.get(cancel, { maxRedirects: 0 })).status() === 200 || undefined);
  await page.goto(cancel);
  await field(page, "reason").fill("Me voy de viaje");
  await speak(page, "EN");
  await shows(page, { reason: "Me voy de viaje" });

  await page.goto("/cuenta");
  await field(page, "name").fill("Ana Secreta");
  await until(async () => (await kept(page))?.includes("Ana Secreta") || undefined);
  await signedIn(context, system as never, eva);
  await page.reload();
  await until(async () => (await kept(page)) === null || undefined);
  await shows(page, { name: "Eva Ríos" });
  await context.close();
});
