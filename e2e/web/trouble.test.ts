/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { System } from "@lacio/testkit/system";
import { adminToken, clientFor, mails, sql, until } from "@lacio/testkit/testing";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { provider } from "../provider.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { at, book, bookings, openSalon, pay, zone } from "../salon.ts";
import { heldBooking, openWorld, paidBooking, signedIn, startOf, statusOf } from "./world.ts";

// Failures and how the pages handle them: nothing typed or chosen is ever lost.

let system: System;
let browser: Browser;
beforeAll(async () => {
  const serviceEnv = { payments: { RECONCILE_SECONDS: "3600" } }; // or the reconciler would replace the dropped webhooks
  [system, browser] = await Promise.all([openWorld({ serviceEnv }), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const open = async (options = {}) => {
  const { page, context, complaints } = await visitor(browser, system.urls.edge!, options);
  const client = await signedIn(context, system);
  return { page, context, client, complaints };
};
const main = (page: Page) => page.getByRole("main");
const pressButton = (page: Page, name: RegExp) => main(page).getByRole("button", { name }).first().click();
const freeHours = "nav[aria-labelledby=que-hora] a";
async function choose(page: Page, start: string): Promise<void> {
  await page.locator(`${freeHours}[href*="${encodeURIComponent(start)}"]`).click();
  await page.waitForURL((url) => url.searchParams.get("hora") === start);
}
const hours = (page: Page) =>
  page.locator(freeHours).evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get("hora")!));
const decide = async (page: Page, decision: string) => {
  await page.waitForURL((url) => url.origin === system.urls.stripe);
  await page.locator(`button[name="decision"][value="${decision}"]`).click();
};
const ready = (page: Page) => page.getByRole("heading", { name: /Listo, te esperamos/ }).waitFor();

test("two browsers, one slot: one holds it; the other keeps her place, is told, and takes a neighbour", async () => {
  const [one, other] = await Promise.all([open(), open()]);
  const path = "/reservar/nano-alisado";
  await Promise.all([one.page.goto(path), other.page.goto(path)]);
  const daniela = await main(one.page)
    .getByRole("link", { name: /Daniela/ })
    .first()
    .getAttribute("href");
  await Promise.all([one.page.goto(daniela!), other.page.goto(daniela!)]);
  const start = (await hours(one.page)).at(-1)!;
  await Promise.all([choose(one.page, start), choose(other.page, start)]);
  await Promise.all([pressButton(one.page, /Continuar/), pressButton(other.page, /Continuar/)]);
  await Promise.all([one, other].map(({ page }) => page.waitForURL(/\/pagar|falla=/)));
  const loser = [one, other].find(({ page }) => page.url().includes("falla="))!;
  expect([one, other].filter(({ page }) => page.url().includes("/pagar"))).toHaveLength(1);
  const alert = loser.page.getByRole("alert").filter({ hasText: /se acaba de ocupar/ });
  await alert.waitFor();
  expect(await alert.getByRole("link").count()).toBe(3);
  await until(() => alert.evaluate((node) => document.activeElement === node || undefined));
  await alert.getByRole("link").first().click();
  await pressButton(loser.page, /Continuar/);
  await loser.page.waitForURL(/\/pagar/);
  await Promise.all([one.context.close(), other.context.close()]);
});

test("a hold that ends while she looks at the review: she is told, and takes the hour again", async () => {
  const { page, context, client } = await open();
  const bookingId = await heldBooking(system, client, { skip: 20 });
  await page.goto(`/reservas/${bookingId}/pagar`);
  await main(page)
    .getByRole("button", { name: /^Pagar/ })
    .waitFor();
  await sql(system, "booking", "update booking set expires_at = now() where id = $1", [bookingId]);
  await until(async () => (await statusOf(system, client, bookingId)) === Booking_Status.EXPIRED);
  await pressButton(page, /^Pagar/);
  await main(page)
    .getByText(/se terminó|se venció|ya no está apartada/i)
    .first()
    .waitFor();
  await main(page)
    .getByRole("link", { name: /Volver a apartar/ })
    .click();
  await pressButton(page, /Continuar/);
  await page.waitForURL(/\/pagar/);
  expect(page.url()).not.toContain(bookingId);
  await context.close();
});

test.each([
  ["with JavaScript", {}],
  ["without", { javaScriptEnabled: false }],
])("a payment that the bank declines, then one that it approves, %s", async (_, options) => {
  const { page, context, client } = await open(options);
  const bookingId = await heldBooking(system, client, { service: "Corte y cepillado", skip: 4 });
  await page.goto(`/reservas/${bookingId}/pagar`);
  await pressButton(page, /^Pagar/);
  await decide(page, "decline");
  await until(async () => {
    await page.goto(`/reservas/${bookingId}/pagar`);
    return (
      (await main(page)
        .getByText(/no aprobó/)
        .count()) > 0 || undefined
    );
  });
  await pressButton(page, /^Pagar/);
  await decide(page, "approve");
  await ready(page);
  expect(await statusOf(system, client, bookingId)).toBe(Booking_Status.CONFIRMED);
  await context.close();
});

test.each([
  ["with JavaScript", {}],
  ["without", { javaScriptEnabled: false }],
])("a webhook that comes late: the page waits, and turns into the confirmation by itself, %s", async (_, options) => {
  const { page, context, client } = await open(options);
  const bookingId = await heldBooking(system, client, { service: "Keratina", skip: 9 });
  await provider(system).faults({ webhooks: "drop" });
  try {
    await page.goto(`/reservas/${bookingId}/pagar`);
    await pressButton(page, /^Pagar/);
    await decide(page, "approve");
    await page.getByRole("heading", { name: /confirmando tu pago/i }).waitFor();
    const written = page.waitForResponse((answer) => answer.url().includes("/espera")); // it polls, and the webhook has not arrived yet
    expect((await written).ok()).toBe(true);
  } finally {
    await provider(system).faults({ webhooks: "deliver" });
  }
  for (const { id } of await provider(system).events(bookingId)) await provider(system).resend(id, 1);
  await ready(page);
  await context.close();
});

test("a session that ends on the way: she signs in again and is where she was", async () => {
  const { page, context, client } = await open();
  await page.goto("/reservar/alisado-corto?otra=1");
  await context.clearCookies();
  await pressButton(page, /Continuar/);
  await page.waitForURL(/\/entrar\?/);
  await page.locator('input[name="email"]').fill(client.email);
  await page.locator('input[type="password"]').fill(client.password);
  await pressButton(page, /^Entrar/);
  await page.waitForURL(/\/reservas\/[^/]+\/pagar/);
  await context.close();
});

describe("a service that is down", () => {
  test("booking: the hour she chose stays chosen, and trying again works", async () => {
    const { page, context } = await open();
    await page.goto("/reservar/alisado-largo?otra=1");
    await system.process("booking").kill();
    try {
      await pressButton(page, /Continuar/);
      await page.getByRole("alert").first().waitFor();
      expect(await page.locator(`${freeHours}[aria-current=true]`).count()).toBe(1);
    } finally {
      await system.process("booking").restart();
    }
    await until(async () => {
      await pressButton(page, /Continuar/);
      return page.waitForURL(/\/pagar/, { timeout: 5_000 }).then(() => true);
    });
    await context.close();
  });

  test("payments: the review says so and keeps the hold; then she pays", async () => {
    const { page, context, client } = await open();
    const bookingId = await heldBooking(system, client, { service: "Corte y cepillado", skip: 15 });
    await page.goto(`/reservas/${bookingId}/pagar`);
    await system.process("payments").kill();
    try {
      await pressButton(page, /^Pagar/);
      await page.getByRole("alert").first().waitFor();
    } finally {
      await system.process("payments").restart();
    }
    await pressButton(page, /^Pagar/);
    await decide(page, "approve");
    await ready(page);
    await context.close();
  });

  test("the web itself: the edge speaks in the salon's words, and the page comes back", async () => {
    const { page, context } = await open();
    await system.process("web").kill();
    try {
      expect((await page.goto("/"))!.status()).toBe(503);
      await page.getByRole("heading", { name: "Volvemos en un momento" }).waitFor();
    } finally {
      await system.process("web").restart();
    }
    await until(async () => (await page.goto("/"))!.status() === 200);
    await context.close();
  });
});

test.each(["web", "payments-http", "auth-http"])(
  "%s keeps a resting connection longer than the edge, which lets go after an hour",
  async (name) => {
    const url = name === "web" ? `http://127.0.0.1:${system.processes().find((one) => one.name === name)!.port}` : system.urls[name]!;
    const answer = await fetch(url, { redirect: "manual" });
    expect(Number(/timeout=(\d+)/.exec(answer.headers.get("keep-alive")!)![1])).toBeGreaterThan(3_600);
  },
);

test("she moves an appointment, then cancels it with the refund shown first", async () => {
  const { page, context, client } = await open();
  const bookingId = await paidBooking(system, client, { service: "Alisado medio", skip: 30 });
  await page.goto(`/reservas/${bookingId}/cambiar`);
  const free = await hours(page);
  await choose(page, free.at(-1)!);
  await pressButton(page, /Cambiar|Continuar|Guardar/);
  await page.waitForURL(/\/reservas\/[^/]+\?cambiada=1/);
  await main(page)
    .getByRole("link", { name: /Cancelar/ })
    .first()
    .click();
  await main(page).getByText("$ 240.000").first().waitFor();
  await pressButton(page, /Cancelar/);
  await page.waitForURL((url) => url.pathname === `/reservas/${bookingId}`);
  await main(page).getByText("Cancelada").first().waitFor();
  await until(async () => (await provider(system).money(bookingId)).refunded.length === 1);
  await context.close();
});

test("what was seen is what is done: an old tab that offers to let the hour go does not cancel the visit that was paid meanwhile", async () => {
  const { page, context, client } = await open();
  const bookingId = await heldBooking(system, client, { skip: 12 });
  await page.goto(`/reservas/${bookingId}/pagar`);
  await pay(system, client, bookingId);
  await until(async () => (await statusOf(system, client, bookingId)) === Booking_Status.CONFIRMED);
  await pressButton(page, /Soltar/);
  await page.waitForURL((url) => url.pathname === `/reservas/${bookingId}`);
  expect(await statusOf(system, client, bookingId)).toBe(Booking_Status.CONFIRMED);
  await context.close();
});

test("what was seen is what is done: a move that makes the refund smaller says so and asks once more", async () => {
  const { page, context, client } = await open();
  const salon = await openSalon(system, { pesos: 120_000 });
  const start = at(3, "10:00");
  const { bookingId } = await book(system, client, salon, start);
  await pay(system, client, bookingId);
  await until(async () => (await statusOf(system, client, bookingId)) === Booking_Status.CONFIRMED);
  await page.goto(`/reservas/${bookingId}/cambiar`);
  const dayOf = (time: string) => Temporal.Instant.from(time).toZonedDateTimeISO(zone).toPlainDate().toString();
  expect(dayOf((await hours(page))[0]!)).toBe(dayOf(start.toISOString())); // the picker opens on the booked day

  await page.goto(`/reservas/${bookingId}/cambiar?dia=${dayOf(new Date().toISOString())}`);
  const [soon] = await hours(page); // within 24 hours, at any time of day
  await choose(page, soon!);
  await pressButton(page, /Cambiar hora/);
  await page.waitForURL(/pregunta=1/);
  await page
    .getByRole("alert")
    .filter({ hasText: /60\.000/ })
    .waitFor();
  expect(await startOf(system, client, bookingId)).toEqual(start);
  await pressButton(page, /Sí, cambiar/);
  await page.waitForURL(/cambiada=1/);
  expect(await startOf(system, client, bookingId)).toEqual(new Date(soon!));
  await main(page)
    .getByText(/Faltan menos de 24 horas para tu cita: si la cancelas, te devolvemos \$\s60\.000/)
    .waitFor();
  expect(
    await main(page)
      .getByRole("link", { name: /Cambiar hora/ })
      .count(),
  ).toBe(0);
  await context.close();
});

test("what was sold is not looked up in today's catalogue: service and stylist are gone, and every page still says what she has", async () => {
  const { page, context, client } = await open();
  const salon = await openSalon(system);
  const { bookingId } = await book(system, client, salon, at(4, "10:00"));
  const [line] = (await bookings(system, client).getBooking({ bookingId })).booking!.lines;
  await pay(system, client, bookingId);
  await until(async () => (await statusOf(system, client, bookingId)) === Booking_Status.CONFIRMED);
  const staff = clientFor(StaffService, system, await adminToken(system));
  await staff.updateService({ serviceId: salon.serviceId, active: false });
  await staff.updateStylist({ staffId: salon.staffIds[0]!, active: false });

  for (const path of ["/reservas", `/reservas/${bookingId}`]) {
    await page.goto(path);
    for (const name of [line!.serviceName, line!.staffName]) await main(page).getByText(name).first().waitFor();
  }
  expect(await (await context.request.get(`/reservas/${bookingId}/cita.ics`)).text()).toContain(line!.staffName);
  await page.goto(`/reservas/${bookingId}/cambiar`);
  await main(page)
    .getByText(/Ya no ofrecemos este servicio/)
    .waitFor();
  await bookings(system, client).cancelBooking({ bookingId });
  for (const path of ["/", "/reservas", `/reservas/${bookingId}`]) {
    await page.goto(path);
    expect([path, await page.locator(`a[href*="/reservar/${salon.serviceId}"]`).count()]).toEqual([path, 0]);
  }
  await context.close();
});

test("the keyboard alone is enough, in fewer than thirty presses from the service to the review", async () => {
  const { page, context } = await open();
  await page.goto("/reservar/corte-y-cepillado");
  let presses = 0;
  const press = async (key: string) => {
    presses++;
    await page.keyboard.press(key);
  };
  const focused = (what: string) => page.evaluate((what) => document.activeElement?.matches(what), what);
  while (!(await focused(freeHours)) && presses < 40) await press("Tab");
  await press("Enter");
  await until(() => focused("#continuar")); // the focus moves to the next step
  await press("Enter");
  await page.waitForURL(/\/pagar/);
  expect(presses).toBeLessThanOrEqual(30);
  await context.close();
});

test("language travels: a client who books in English is spoken to in English on every page, in every mail and in her calendar's file", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!, { locale: "en-US" });
  const email = `${crypto.randomUUID()}@example.com`;
  const spanish =
    /\b(el|los|las|del|con|para|por|que|una|hasta|tus?|reservas?|contraseña|pagar|horas?|citas?|correo|alisado|corte)\b|[¿¡]|\$\s?\d/i;
  const said: string[] = [];
  const listen = async () => said.push(`${await page.title()} ${await page.getByRole("main").innerText()}`);
  await page.goto("/en/reservar/corte-y-cepillado?otra=1");
  await listen();
  await pressButton(page, /Continue/);
  await page.waitForURL(/\/en\/registro/);
  await listen();
  await page.locator('input[name="name"]').fill("Eve Smith");
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[type="password"]').fill("a long password");
  await pressButton(page, /Create account/);
  await page.waitForURL(/\/en\/reservas\/[^/]+\/pagar/);
  await main(page).getByText("COP\u00a065,000", { exact: true }).waitFor();
  await listen();
  const booking = page.url().replace(/\/pagar.*/, "");
  await page.goto("/en/reservas");
  await main(page).getByText("Cut and blow-dry").first().waitFor(); // held, and not paid yet
  await listen();
  await page.goto(`${booking}/pagar`);
  await pressButton(page, /^Pay/);
  await decide(page, "approve");
  await page.waitForURL(/\/en\/reservas\/[^/]+\?lista=1/);
  await listen();
  for (const path of ["/cancelar", "/cambiar", ""]) {
    await page.goto(booking + path);
    await listen();
  }
  const [welcome, confirmed] = await until(async () => {
    const all = await mails(system, email);
    return all.length > 1 && all;
  });
  said.push(welcome!.subject, welcome!.text, confirmed!.subject, confirmed!.text);
  for (const file of confirmed!.attachments.filter(({ name }) => name.endsWith(".ics"))) said.push(file.name, file.bytes.toString());
  said.push(await (await page.request.get(`${booking}/cita.ics`)).text());
  expect(said).toHaveLength(15);
  const words = said.map((text) => text.replaceAll(/https?:\S+|\S*\r?\n /g, " "));
  expect(words.flatMap((text) => spanish.exec(text)?.[0] ?? [])).toEqual([]);
  expect(confirmed!.text).toMatch(/Service: Cut and blow-dry\n[^]*Price: COP 65,000\n/);
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  await context.close();
});

test("a double click and Back book and charge once", async () => {
  const { page, context, client } = await open();
  await page.goto("/reservar/keratina?otra=1");
  await main(page)
    .getByRole("button", { name: /Continuar/ })
    .dblclick();
  await page.waitForURL(/\/pagar/);
  await page.goBack();
  await pressButton(page, /Continuar/);
  await page.waitForURL(/\/pagar/);
  const rows = await sql(system, "booking", "select id from booking where client_id = $1", [client.id]);
  expect(rows).toHaveLength(1);
  await main(page)
    .getByRole("button", { name: /^Pagar/ })
    .dblclick();
  await decide(page, "approve");
  await ready(page);
  expect((await provider(system).money(String(rows[0]!.id))).received).toHaveLength(1);
  await context.close();
});

test("two tabs of one person: the second finds what the first holds", async () => {
  const { page, context, client } = await open();
  const other = await context.newPage();
  const path = "/reservar/alisado-corto?otra=1";
  await Promise.all([page.goto(path), other.goto(path)]);
  for (const tab of [page, other]) {
    await pressButton(tab, /Continuar/);
    await tab.waitForURL(/\/pagar/);
  }
  expect(page.url()).toBe(other.url());
  expect(await sql(system, "booking", "select 1 from booking where client_id = $1", [client.id])).toHaveLength(1);
  await context.close();
});

describe("offline", () => {
  const noConnection = (page: Page) => page.getByText(/^Sin conexión\. Lo que ves/);
  const nothingSent = (page: Page) => page.getByRole("alert").filter({ hasText: "no enviamos nada" });
  /** What could be lost: the URL and all field values. */
  const whatSheHas = (page: Page) =>
    page.evaluate(() => {
      const fields = [...document.querySelectorAll<HTMLInputElement>("main input, main select")];
      return [location.href, ...fields.map(({ name, value, checked }) => `${name}=${value} ${checked}`)];
    });
  const loses = async ({ page, context }: { page: Page; context: Awaited<ReturnType<typeof open>>["context"] }) => {
    await context.setOffline(true);
    await noConnection(page).waitFor();
  };

  test("at every step a tap loses nothing and sends nothing, and she is told so where she looks", async () => {
    const { page, context, client } = await open();
    const [held, paid] = [await heldBooking(system, client, { skip: 24 }), await paidBooking(system, client, { skip: 36 })];
    const steps: [path: string, button: RegExp][] = [
      ["/reservar/alisado-corto?otra=1", /Continuar/],
      [`/reservas/${held}/pagar`, /^Pagar/],
      [`/reservas/${held}/pagar`, /Soltar/],
      [`/reservas/${paid}/cambiar`, /Cambiar hora/],
      [`/reservas/${paid}/cancelar`, /Cancelar cita/],
      ["/cuenta", /^Guardar$/],
    ];
    for (const [path, button] of steps) {
      await page.goto(path, { waitUntil: "networkidle" }); // it is hydrated
      for (const field of await main(page).locator("input[type=text]").all()) await field.fill("300 765 4321");
      await loses({ page, context });
      const before = await whatSheHas(page);
      await pressButton(page, button);
      await nothingSent(page).waitFor();
      const said = (await nothingSent(page).boundingBox())!;
      expect([path, said.y >= 0 && said.y + said.height <= 740]).toEqual([path, true]);
      for (const link of await page.locator("header a, main a:not([target])").all()) await link.dispatchEvent("click");
      expect(await whatSheHas(page)).toEqual(before);
      await context.setOffline(false);
      await nothingSent(page).waitFor({ state: "detached" });
    }
    expect(await statusOf(system, client, held)).toBe(Booking_Status.PENDING_PAYMENT);
    expect(await statusOf(system, client, paid)).toBe(Booking_Status.CONFIRMED);
    await context.close();
  });

  test("Back keeps the page too; and with the network everything goes on where it was", async () => {
    const { page, context } = await open();
    await page.goto("/reservar/alisado-corto?otra=1", { waitUntil: "networkidle" });
    await main(page)
      .getByRole("link", { name: /Valentina/ })
      .first()
      .click();
    await page.waitForURL(/con=[^&]/);
    await choose(page, (await hours(page)).at(-1)!);
    await loses({ page, context });
    const before = await whatSheHas(page);
    await page.evaluate(() => history.back());
    await nothingSent(page).waitFor();
    await until(async () => (await whatSheHas(page)).join() === before.join());
    await context.setOffline(false);
    await nothingSent(page).waitFor({ state: "detached" });
    await pressButton(page, /Continuar/);
    await page.waitForURL(/\/pagar/);
    await context.close();
  });

  test("who signs in and gets no answer, though the phone thinks it has a network, keeps what she typed and tries again", async () => {
    const { page, context, client } = await open();
    await context.clearCookies();
    await page.goto("/entrar", { waitUntil: "networkidle" });
    await page.locator('input[name="email"]').fill(client.email);
    await page.locator('input[type="password"]').fill(client.password);
    await page.route("**/entrar*", (route) => route.abort("internetdisconnected"));
    await pressButton(page, /^Entrar/);
    await page.getByRole("alert").filter({ hasText: "No tuvimos respuesta" }).waitFor();
    expect(await page.locator('input[name="email"]').inputValue()).toBe(client.email);
    await page.unroute("**/entrar*");
    await pressButton(page, /^Entrar/);
    await page.waitForURL((url) => url.pathname === "/reservas");
    await context.close();
  });
});

test("what she types before a slow script arrives stays", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const script = Promise.withResolvers<void>();
  await page.route("**/_app/**/*.js", async (route) => (await script.promise, route.continue()));
  await page.goto("/entrar", { waitUntil: "commit" });
  await page.locator('input[name="email"]').fill("sara@example.com");
  await page.locator('input[type="password"]').fill("una clave larga");
  script.resolve();
  await page.getByRole("button", { name: "Mostrar contraseña" }).waitFor();
  expect(await page.locator('input[name="email"]').inputValue()).toBe("sara@example.com");
  expect(await page.locator('input[name="password"]').inputValue()).toBe("una clave larga");
  await context.close();
});
