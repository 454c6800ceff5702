import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { mails, sharedSystem, signUp, until } from "@lacio/testkit/testing";
import { ensureNumbering, openSalon, zone, type Salon } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn } from "./world.ts";

// A client books, pays and gets the invoice: each test is one person with one browser.

const system = sharedSystem();
let browser: Browser;
let salon: Salon & { slug: string };

beforeAll(async () => {
  await ensureNumbering(system);
  [browser, salon] = await Promise.all([openBrowser(), salonWithSlug()]);
});
afterAll(() => browser?.close());

async function salonWithSlug() {
  // From tomorrow on: an hour of today may begin while the test runs.
  const validFrom = Temporal.Now.plainDateISO(zone).add({ days: 1 }).toString();
  const opened = await openSalon(system, { stylists: 2, validFrom });
  const services = (await (await fetch(`${system.urls.edge}/v1/services?pageSize=200`)).json()) as {
    services: { id: string; name: string }[];
  };
  return {
    ...opened,
    slug: services.services
      .find(({ id }) => id === opened.serviceId)!
      .name.toLowerCase()
      .replace(" ", "-"),
  };
}

/** Counts clicks; typing is not counted. */
function taps(page: Page) {
  let count = 0;
  return {
    get count() {
      return count;
    },
    async press(role: "link" | "button", name: RegExp | string, within = page.getByRole("main")) {
      count++;
      await within.getByRole(role, { name }).first().click();
    },
  };
}

const service = () => `a[href$="/reservar/${salon.slug}"]`;

/** Chooses the last free hour of the shown day, which is free at any time of day: the tests run in turn and have two stylists. */
async function chooseFreeHour(page: Page): Promise<string> {
  const last = page.locator("nav[aria-labelledby=que-hora] a").last();
  const hour = new URL((await last.getAttribute("href"))!, system.urls.edge).searchParams.get("hora")!;
  await last.click();
  await page.waitForURL((url) => url.searchParams.get("hora") === hour);
  return hour;
}

async function register(page: Page, email: string): Promise<void> {
  await page.locator('input[name="name"], input[name="nombre"]').fill("Sofía Ñáñez");
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[type="password"]').fill("una clave larga");
  await page
    .getByRole("main")
    .getByRole("button", { name: /Crear cuenta|Create account/ })
    .click();
}

async function approve(page: Page, decision = "approve"): Promise<void> {
  await page.waitForURL((url) => url.origin === system.urls.stripe);
  await page.locator(`button[name="decision"][value="${decision}"]`).click();
}

const invoiceMail = (email: string) =>
  until(async () => (await mails(system, email)).find(({ attachments }) => attachments.some(({ name }) => name.endsWith(".pdf"))));

describe.each([
  ["with a phone", {}],
  ["without JavaScript", { javaScriptEnabled: false }],
])("a new client, %s", (_, options) => {
  test("books, registers on the way, pays, and finds the invoice in the mail and on the page; five taps to the payment page", async () => {
    const { page, complaints } = await visitor(browser, system.urls.edge!, options);
    const email = `${crypto.randomUUID()}@example.com`;
    const tap = taps(page);
    await page.goto("/");
    await page.locator(service()).click();
    const start = await chooseFreeHour(page);
    await tap.press("button", /Continuar/);
    await page.waitForURL(/\/registro\?/);
    await register(page, email);
    await page.waitForURL(/\/reservas\/[^/]+\/pagar/);
    for (const amount of ["100.840,34", "19.159,66", "120.000"])
      await page.getByText(`$\u00a0${amount}`, { exact: true }).first().waitFor();
    await tap.press("button", /^Pagar/);
    expect(tap.count + 3).toBe(5); // plus the service, the hour and "create account"
    await approve(page);
    await page.getByRole("heading", { name: /Listo, te esperamos/ }).waitFor();
    const mail = await invoiceMail(email);
    expect(mail.subject).toMatch(/^Cita confirmada/);
    await until(async () => {
      await page.reload();
      return (await page.getByRole("link", { name: /factura/i }).count()) > 0 || undefined;
    });
    const [pdf, calendar] = await Promise.all([
      page.request.get(
        (await page
          .getByRole("link", { name: /factura/i })
          .first()
          .getAttribute("href"))!,
      ),
      page.request.get((await page.locator('a[href$="cita.ics"]').getAttribute("href"))!),
    ]);
    expect([pdf.headers()["content-type"], (await pdf.body()).subarray(0, 5).toString()]).toEqual(["application/pdf", "%PDF-"]);
    expect(await calendar.text()).toContain(new Date(start).toISOString().replace(/[-:]|\.\d+/g, ""));
    const links = mail.text.match(/^https:\S+/gm)!; // the hour may be so near that it can't be moved
    const [see, cancel] = [links[0], links.at(-1)!];
    expect((await page.goto(see))!.status()).toBe(200);
    await page.goto(cancel);
    await page.getByRole("heading", { level: 1, name: /Cancelar esta cita/ }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();

    // A mail's link on a device without a session leads through the login to the linked page.
    const elsewhere = await visitor(browser, system.urls.edge!, options);
    await elsewhere.page.goto(cancel);
    await elsewhere.page.waitForURL(/\/entrar\?next=/);
    await elsewhere.page.locator('input[name="email"]').fill(email);
    await elsewhere.page.locator('input[type="password"]').fill("una clave larga");
    await elsewhere.page.getByRole("main").getByRole("button", { name: "Entrar" }).click();
    await elsewhere.page.waitForURL(cancel);
    await elsewhere.context.close();
  });
});

test("a client who is signed in needs four taps; and three to have the same again", async () => {
  const { page, context } = await visitor(browser, system.urls.edge!);
  const client = await signedIn(context, system as never, await signUp(system));
  const tap = taps(page);
  await page.goto("/");
  await page.locator(service()).click();
  await chooseFreeHour(page);
  await tap.press("button", /Continuar/);
  await page.waitForURL(/\/pagar/);
  await tap.press("button", /^Pagar/);
  expect(tap.count + 2).toBe(4);
  await approve(page);
  await page.getByRole("heading", { name: /Listo, te esperamos/ }).waitFor();

  const again = taps(page);
  await page.goto("/");
  await again.press("link", /Repetir/);
  await again.press("button", /Continuar/);
  await page.waitForURL(/\/pagar/);
  await again.press("button", /^Pagar/);
  expect(again.count).toBe(3);
  await approve(page);
  await page.getByRole("heading", { name: /Listo, te esperamos/ }).waitFor();
  expect(client.email).toBeTruthy();
  await context.close();
});
