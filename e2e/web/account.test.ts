/// <reference lib="dom" />
import { afterAll, beforeAll, expect } from "@jest/globals";
import { mails, sharedSystem, signIn, refusal, signUp, sql, until } from "@lacio/dev/testing";
import { at, ensureNumbering, openSalon, pay, book } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn } from "./world.ts";

// What a person does with her account, by the pages.

const system = sharedSystem();
let browser: Browser;
beforeAll(async () => {
  await ensureNumbering(system);
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const main = (page: Page) => page.getByRole("main");
const pressButton = (page: Page, name: RegExp | string) => main(page).getByRole("button", { name }).first().click();

async function mailedLink(email: string, page: string): Promise<string> {
  const mail = await until(async () => (await mails(system, email)).find(({ text }) => text.includes(page)));
  return /https:\/\/\S+/.exec(mail.text.slice(mail.text.indexOf("https://")))![0];
}

test("she forgets her password, sets a new one by the mailed link, and signs in with it", async () => {
  const person = await signUp(system);
  const { page, context } = await visitor(browser, system.urls.edge!);
  await page.goto("/entrar");
  await main(page)
    .getByRole("link", { name: /Olvidé/ })
    .click();
  await page.waitForURL(/\/olvide/); // or she would still type into the page before
  await page.locator('input[type="email"]').fill(person.email);
  await pressButton(page, /enlace/);
  await main(page).getByText("Revisa tu correo").first().waitFor();
  await page.goto(await mailedLink(person.email, "/links/set-password"));
  await page.locator('input[name="password"]').fill("corta");
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
  await pressButton(page, /Guardar/);
  await main(page).getByText("Usa al menos 8 caracteres.").waitFor();
  await page.locator('input[name="password"]').fill("otra clave larga");
  await pressButton(page, /Guardar/);
  await page.waitForURL(/\/entrar/);
  await page.locator('input[type="email"]').fill(person.email);
  await page.locator('input[type="password"]').fill("otra clave larga");
  await pressButton(page, /^Entrar/);
  await page.waitForURL((url) => url.pathname === "/reservas");
  expect(await refusal(signIn(system, person))).toBe("Unauthenticated bad_credentials");
  await context.close();
});

test("she changes her details, closes another session, and takes her data with her", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const person = await signedIn(context, system as never);
  const elsewhere = await visitor(browser, system.urls.edge!);
  await elsewhere.page.goto("/entrar");
  await elsewhere.page.locator('input[type="email"]').fill(person.email);
  await elsewhere.page.locator('input[type="password"]').fill(person.password);
  await pressButton(elsewhere.page, /^Entrar/);
  await elsewhere.page.waitForURL((url) => url.pathname === "/reservas");

  await page.goto("/cuenta");
  await page.locator('input[name="name"]').fill("Ana María Gómez");
  await page.locator('select[name="documentType"]').selectOption("CC");
  await page.locator('input[name="documentNumber"]').fill("1020304050");
  await pressButton(page, /^Guardar/);
  await main(page)
    .getByText(/quedaron guardados/)
    .first()
    .waitFor();
  await pressButton(page, /^Cerrar/);
  await main(page)
    .getByText(/Sesión cerrada/)
    .first()
    .waitFor();
  expect(await sql(system, "auth", "select 1 from session where account_id = $1 and revoked_at is null", [person.id])).toHaveLength(1);

  const answer = await page.request.get("/cuenta/datos.json");
  expect(answer.headers()["content-disposition"]).toContain("attachment");
  expect(JSON.stringify(await answer.json())).toContain("Ana María Gómez");
  await context.close();
  await elsewhere.context.close();
});

test("she erases her account: not while an appointment is open, not with a wrong password; then nobody knows her any more", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const person = await signedIn(context, system as never);
  const salon = await openSalon(system);
  const { bookingId } = await book(system, person, salon, at(3, "10:00"));
  await pay(system, person, bookingId);
  await page.goto("/cuenta");
  await main(page).getByRole("link", { name: "Borrar mi cuenta" }).click();
  const erase = async (password: string) => {
    await page.locator('input[name="password"]').fill(password);
    await pressButton(page, /^Borrar/);
  };
  await erase("no es esta");
  await main(page).getByText("Esa no es tu contraseña.").waitFor();
  await erase(person.password);
  await main(page)
    .getByText(/citas pendientes/)
    .first()
    .waitFor();
  await page.goto(`/reservas/${bookingId}/cancelar`);
  await pressButton(page, /^Cancelar/);
  await main(page).getByText("Cancelada").first().waitFor();
  await page.goto("/cuenta/borrar");
  await erase(person.password);
  await page.getByRole("heading", { name: /quedó borrada/ }).waitFor();
  await page.goto("/reservas");
  expect(new URL(page.url()).pathname).toBe("/entrar");
  await until(async () => (await refusal(signIn(system, person))) === "Unauthenticated bad_credentials" || undefined);
  await context.close();
});
