/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { at, book, openSalon, pay, type Salon } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn, startOf } from "./world.ts";

// The choice is in the URL: Back, a reload, the other language and a second tab show it, and no slot is held twice.

const system = sharedSystem();
let browser: Browser;
let salon: Salon;
let second: Salon;
beforeAll(async () => {
  [browser, salon, second] = await Promise.all([openBrowser(), openSalon(system, { stylists: 2 }), openSalon(system)]);
});
afterAll(() => browser?.close());

const main = (page: Page) => page.getByRole("main");
const press = (page: Page, name: RegExp) => main(page).getByRole("button", { name }).first().click();
const twice = (page: Page, name: RegExp) => main(page).getByRole("button", { name }).first().dblclick();
const hourIn = (href: string | null) => new URL(href ?? "", "https://x").searchParams.get("hora");
const hours = async (page: Page) =>
  page.locator(".slot").evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get("hora")!));
const chosen = async (page: Page) => hourIn(await page.locator('.slot[aria-current="true"]').getAttribute("href"));
async function choose(page: Page, hour: string): Promise<void> {
  await page.locator(`.slot[href*="${encodeURIComponent(hour)}"]`).click();
  await page.waitForURL((url) => url.searchParams.get("hora") === hour);
}
const language = (page: Page) => page.locator("header a[hreflang]").click();
const bookingIn = (page: Page) => /\/reservas\/([\w-]{36})\/pagar/.exec(page.url())![1]!;
// Without script, a second submit aborts the first navigation: waiting for the navigation would fail, so the URL is polled.
async function reviewed(page: Page): Promise<void> {
  await until(async () => /\/reservas\/[^/]+\/pagar/.test(page.url()) || undefined);
  await page.waitForLoadState();
}
const held = (client: SignedIn) =>
  sql<{ id: string; starts_at: Date }>(system, "booking", "select id, starts_at from booking where client_id = $1 order by created_at", [
    client.id,
  ]);
/** A day that no other test of these two stylists uses. */
let days = 9;
const freshDay = () => `/reservar/${salon.serviceId}?dia=${at(++days, "12:00").toISOString().slice(0, 10)}`;

describe.each([
  ["with script", {}],
  ["without", { javaScriptEnabled: false }],
])("form state belongs to the address, %s:", (_, options) => {
  // Hydration in progress would discard the Back: wait until SvelteKit's router has started.
  const back = async (page: Page) => {
    if (!("javaScriptEnabled" in options)) await until(() => page.evaluate(() => history.scrollRestoration === "manual" || undefined));
    await page.goBack();
  };
  const open = async () => {
    const { page, context, complaints } = await visitor(browser, system.urls.edge!, options);
    return { page, context, complaints, client: await signedIn(context, system as never) };
  };

  test("the hour that she held is the one that is marked after Back, a reload and in English, and Continuing holds no other", async () => {
    const { page, context, client, complaints } = await open();
    await page.goto(freshDay());
    const hour = (await hours(page))[3]!;
    await choose(page, hour);
    await press(page, /Continuar/);
    await reviewed(page);
    const id = bookingIn(page);
    for (const again of [() => back(page), () => page.reload(), () => language(page), () => page.reload()]) {
      await again();
      await page.waitForURL(/\/reservar\//);
      expect(await chosen(page)).toBe(hour);
      expect(
        await main(page)
          .getByText(/Ya tienes esta hora apartada|You already hold/)
          .count(),
      ).toBe(1);
    }
    expect(page.url()).toContain("/en/");
    await press(page, /Continue/);
    await reviewed(page);
    expect([bookingIn(page), (await held(client)).length]).toEqual([id, 1]);
    await page.goto(`/reservar/${salon.serviceId}`); // also when the page is opened without the choice in its URL
    expect(await chosen(page)).toBe(hour);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("an hour that nobody holds yet is kept as well, on the way to the door and back", async () => {
    const { page, context } = await visitor(browser, system.urls.edge!, options);
    await page.goto(freshDay());
    const [, first, other] = await hours(page);
    await choose(page, first!);
    await choose(page, other!);
    for (const again of [() => page.reload(), () => language(page), () => language(page)]) {
      await again();
      await until(async () => (await chosen(page)) === other || undefined);
    }
    await press(page, /Continuar/);
    await page.waitForURL(/\/registro\?/);
    await main(page)
      .getByText(/Elegiste|Estás apartando/)
      .waitFor();
    await back(page);
    await page.waitForURL(/\/reservar\//);
    expect(await chosen(page)).toBe(other);
    await press(page, /Continuar/);
    await page.waitForURL(/\/registro\?/);
    await language(page);
    await page.waitForURL(/\/en\/registro\?/);
    expect(hourIn(page.url())).toBe(other);
    await context.close();
  });

  test("an hour beside the one that she holds: she is asked, and moves it, or holds both, each of them once", async () => {
    const { page, context, client } = await open();
    const day = freshDay();
    await page.goto(day);
    const [first, , third, , fifth] = await hours(page);
    await choose(page, first!);
    await press(page, /Continuar/);
    await reviewed(page);
    const id = bookingIn(page);

    await page.goto(day);
    await choose(page, third!);
    await press(page, /Continuar/);
    await page.waitForURL(/pregunta=otra/);
    await page.reload();
    expect(await held(client)).toHaveLength(1);
    await twice(page, /Cambiarla/);
    await reviewed(page);
    expect([bookingIn(page), await startOf(system as never, client, id)]).toEqual([id, new Date(third!)]);
    expect(await held(client)).toHaveLength(1);
    await back(page); // to a question that is already answered
    await page.waitForURL(/\/reservar\//);
    await press(page, /Continuar|Cambiarla/);
    await reviewed(page);
    expect([bookingIn(page), (await held(client)).length]).toEqual([id, 1]);

    await page.goto(day);
    await choose(page, fifth!);
    await press(page, /Continuar/);
    await page.waitForURL(/pregunta=otra/);
    await twice(page, /Apartar las dos/);
    await reviewed(page);
    expect((await held(client)).map(({ starts_at }) => starts_at)).toEqual([new Date(third!), new Date(fifth!)]);
    expect(bookingIn(page)).not.toBe(id);
    await context.close();
  });

  test("two tabs: the same hour is found, another one is asked about", async () => {
    const { page, context, client } = await open();
    const other = await context.newPage();
    const day = freshDay();
    await Promise.all([page.goto(day), other.goto(day)]);
    const [first, , third] = await hours(page);
    await Promise.all([choose(page, first!), choose(other, first!)]);
    await Promise.all([press(page, /Continuar/), press(other, /Continuar/)]);
    await Promise.all([reviewed(page), reviewed(other)]);
    expect([bookingIn(page), (await held(client)).length]).toEqual([bookingIn(other), 1]);
    await other.goto(day);
    await choose(other, third!);
    await press(other, /Continuar/);
    await other.waitForURL(/pregunta=otra/);
    expect(await held(client)).toHaveLength(1);
    await context.close();
  });

  test("where a visit is moved to stands in the address too; moved twice it is moved once", async () => {
    const { page, context, client } = await open();
    const { bookingId } = await book(system, client, salon, at(++days, "10:00"));
    await page.goto(`/reservas/${bookingId}/cambiar`);
    const free = await hours(page);
    await choose(page, free[6]!);
    for (const again of [() => page.reload(), () => language(page), () => language(page)]) {
      await again();
      await until(async () => (await chosen(page)) === free[6] || undefined);
    }
    await twice(page, /Cambiar hora/);
    await reviewed(page);
    expect(await startOf(system as never, client, bookingId)).toEqual(new Date(free[6]!));
    await back(page);
    await page.waitForURL(/\/cambiar/);
    expect(new Date((await chosen(page))!)).toEqual(new Date(free[6]!));
    await press(page, /Cambiar hora/);
    await reviewed(page);
    expect(await held(client)).toHaveLength(1);
    await context.close();
  });

  test("her own visits overlap only where she says so: before the hold, and on a move, by name", async () => {
    const { page, context, client } = await open();
    const start = at(++days, "10:00");
    const { bookingId } = await book(system, client, second, start);
    await pay(system, client, bookingId);
    await page.goto(`/reservar/${salon.serviceId}?dia=${start.toISOString().slice(0, 10)}`);
    await choose(page, start.toISOString().replace(".000", ""));
    await press(page, /Continuar/);
    await page.waitForURL(new RegExp(`pregunta=${bookingId}`));
    const [line] = await sql<{ service_name: string }>(system, "booking", "select service_name from booking_line where booking_id = $1", [
      bookingId,
    ]);
    await page.getByRole("alert").filter({ hasText: line!.service_name }).waitFor();
    expect(await held(client)).toHaveLength(1);
    await twice(page, /Reservar igual/);
    await reviewed(page);
    expect(await held(client)).toHaveLength(2);

    const [beside] = await Promise.all([book(system, client, salon, at(days, "16:00"))]);
    await page.goto(`/reservas/${beside.bookingId}/cambiar?con=&hora=${start.toISOString().replace(".000", "")}`);
    await press(page, /Cambiar hora/);
    await page.waitForURL(/choca=/);
    await page.getByRole("alert").filter({ hasText: "Ya tienes una cita a esa hora" }).waitFor();
    expect(await startOf(system as never, client, beside.bookingId)).toEqual(at(days, "16:00"));
    await twice(page, /Sí, cambiar/);
    await reviewed(page);
    expect(await startOf(system as never, client, beside.bookingId)).toEqual(start);
    await context.close();
  });

  test("an expired session leads a known client to sign in, and back to her hour; a newcomer to register", async () => {
    const { page, context, client } = await open();
    await page.goto(freshDay());
    const [hour] = await hours(page);
    await choose(page, hour!);
    await context.clearCookies();
    await press(page, /Continuar/);
    await page.waitForURL((url) => url.pathname === "/entrar");
    await page.locator('input[name="email"]').fill(client.email);
    await page.locator('input[type="password"]').fill(client.password);
    await press(page, /^Entrar/);
    await reviewed(page);
    expect((await held(client)).map(({ starts_at }) => starts_at)).toEqual([new Date(hour!)]);

    for (const name of ["__Host-lacio-access", "__Host-lacio-refresh"]) await context.clearCookies({ name });
    await page.goto(freshDay()); // a page rendered for a visitor
    await choose(page, (await hours(page))[1]!);
    await press(page, /Continuar/);
    await page.waitForURL((url) => url.pathname === "/entrar");
    await context.close();

    const newcomer = await visitor(browser, system.urls.edge!, options);
    await newcomer.page.goto(freshDay());
    await choose(newcomer.page, (await hours(newcomer.page))[1]!);
    await press(newcomer.page, /Continuar/);
    await newcomer.page.waitForURL((url) => url.pathname === "/registro");
    await newcomer.context.close();
  });
});

test("what is seen is what is done: the same forms at the very same moment hold, and move, one", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const client = await signedIn(context, system as never, await signUp(system));
  const [hour, later] = [at(++days, "10:00"), at(days, "14:00")].map((one) => one.toISOString());
  const headers = { origin: system.urls.edge!, accept: "text/html" };
  const post = async (path: string, fields: Record<string, string>) => {
    const answer = await page.request.post(path, { form: { cuenta: client.id, con: "", ...fields }, headers, maxRedirects: 0 });
    return answer.headers()["location"];
  };
  const path = (await page.request.get(`/reservar/${salon.serviceId}`)).url();
  const keys = Array.from({ length: 6 }, () => crypto.randomUUID()); // as of six tabs
  const ends = await Promise.all(keys.map((clave) => post(path, { clave, hora: hour! })));
  expect([new Set(ends).size, (await held(client)).length]).toEqual([1, 1]);
  const { id } = (await held(client))[0]!;
  const moves = await Promise.all(keys.map(() => post(`/reservas/${id}/cambiar`, { revision: "1", hora: later! })));
  expect(new Set(moves)).toEqual(new Set([`/reservas/${id}/pagar`]));
  expect((await held(client)).map(({ starts_at }) => starts_at)).toEqual([new Date(later!)]);
  await context.close();
});
