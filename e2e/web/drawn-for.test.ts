import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { at, book, openSalon, pay, type Salon } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn } from "./world.ts";

// A form carries the account that it was rendered for: if another one is signed in by then, it is refused.

const system = sharedSystem();
let browser: Browser;
let salon: Salon;
beforeAll(async () => {
  [browser, salon] = await Promise.all([openBrowser(), openSalon(system)]);
});
afterAll(() => browser?.close());

const main = (page: Page) => page.getByRole("main");
const accountOf = async ({ id }: SignedIn) => [
  await sql(system, "users", "select * from profile where id = $1", [id]),
  await sql(system, "auth", "select id, revoked_at from session where account_id = $1 order by id", [id]),
  await sql(system, "booking", "select id, status, revision from booking where client_id = $1 order by id", [id]),
];

describe.each([
  ["with script", {}],
  ["without", { javaScriptEnabled: false }],
])("%s", (_, options) => {
  test("Ana's account is open when Eva signs in beside it: Ana's forms change nothing of Eva's, and the page says who is there", async () => {
    const { page, context } = await visitor(browser, system.urls.edge!, options);
    const [ana, eva] = [await signUp(system, { name: "Ana Peña" }), await signUp(system, { name: "Eva Ríos" })];
    await until(async () => (await accountOf(eva))[0]!.length > 0 || undefined);
    const before = await accountOf(eva);
    const forms: [button: RegExp, fill?: (page: Page) => Promise<void>][] = [
      [/^Guardar$/, (page) => page.locator('input[name="name"]').fill("Ana Peña de Ríos")],
      [/^Guardar preferencias/],
      [/^Salir|Cerrar sesión/],
    ];
    for (const [button, fill] of forms) {
      await signedIn(context, system as never, ana);
      await page.goto("/cuenta");
      await fill?.(page);
      await signedIn(context, system as never, eva);
      await main(page).getByRole("button", { name: button }).last().click();
      await page.waitForURL((url) => url.pathname === "/otra-cuenta");
      await page.getByRole("alert").filter({ hasText: "No guardamos ni cambiamos nada" }).waitFor();
      await main(page).getByText(eva.email).waitFor();
      expect(await accountOf(eva)).toEqual(before);
    }
    await main(page).getByRole("link", { name: "Seguir con esta cuenta" }).click();
    await page.waitForURL((url) => url.pathname === "/cuenta");
    expect(await page.locator('input[name="name"]').inputValue()).toBe("Eva Ríos");
    await context.close();
  });

  test("the hour that Ana chose is not held for Eva; whose hour it is signs in again and is where she was", async () => {
    const { page, context } = await visitor(browser, system.urls.edge!, options);
    const [ana, eva] = [await signedIn(context, system as never), await signUp(system)];
    await page.goto(`/reservar/${salon.serviceId}?otra=1`);
    const chosen = page.url();
    await signedIn(context, system as never, eva);
    await main(page)
      .getByRole("button", { name: /Continuar/ })
      .click();
    await page.waitForURL((url) => url.pathname === "/otra-cuenta");
    expect(await sql(system, "booking", "select 1 from booking where client_id = any($1)", [[ana.id, eva.id]])).toEqual([]);
    await main(page).getByRole("button", { name: "Salir y entrar con la otra" }).click();
    await page.waitForURL((url) => url.pathname === "/entrar");
    await page.locator('input[name="email"]').fill(ana.email);
    await page.locator('input[type="password"]').fill(ana.password);
    await main(page)
      .getByRole("button", { name: /^Entrar/ })
      .click();
    await page.waitForURL(chosen);
    await context.close();
  });
});

test("every form that is drawn says for whom, and every one of another account is refused, with whatever it carries", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const [ana, eva] = [await signUp(system), await signUp(system)];
  const { bookingId } = await book(system, eva, salon, at(20, "10:00"));
  const paid = (await book(system, eva, salon, at(21, "10:00"))).bookingId;
  await pay(system, eva, paid);
  await signedIn(context, system as never, eva);
  // What still comes by events would change her account, too.
  const confirmed = "select 1 from booking where id = $1 and status = 'CONFIRMED'";
  await until(async () => (await sql(system, "booking", confirmed, [paid])).length > 0);
  await until(async () => (await accountOf(eva))[0]!.length > 0);
  const pages = [
    `/reservar/${salon.serviceId}?otra=1`,
    `/reservas/${bookingId}/pagar`,
    `/reservas/${bookingId}/cambiar`,
    `/reservas/${paid}/cancelar`,
    "/cuenta",
    "/cuenta/borrar",
    "/cuenta/clave",
    "/cuenta/correo",
    "/links/set-password?token=x",
    "/links/verify-email?token=x",
    "/links/confirm-email?token=x",
    "/olvide",
    "/otra-cuenta",
  ];
  const before = await accountOf(eva);
  let tried = 0;
  for (const path of pages) {
    await page.goto(path);
    const forms = await page
      .locator('form[method="POST" i]')
      .evaluateAll((all) =>
        (all as HTMLFormElement[]).map((form) => ({ action: form.action, fields: [...new FormData(form)] as [string, string][] })),
      );
    expect([path, forms.length > 0]).toEqual([path, true]);
    for (const { action, fields } of forms) {
      expect([path, fields.filter(([name]) => name === "cuenta")]).toEqual([path, [["cuenta", eva.id]]]);
      for (const cuenta of [ana.id, undefined]) {
        const form = Object.fromEntries(fields.filter(([name]) => name !== "cuenta"));
        const headers = { origin: system.urls.edge!, accept: "text/html" };
        const answer = await page.request.post(action, { form: cuenta ? { ...form, cuenta } : form, headers, maxRedirects: 0 });
        expect([action, answer.status(), answer.headers()["location"]?.split("?")[0]]).toEqual([action, 303, "/otra-cuenta"]);
        expect(answer.headers()["location"]).not.toContain("token");
        tried++;
      }
    }
  }
  expect(tried).toBeGreaterThan(20);
  expect(await accountOf(eva)).toEqual(before);
  await context.close();
});
