/// <reference lib="dom" />
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { clientFor, mails, sharedSystem, signIn, refusal, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { atProvider } from "@lacio/stripe-sandbox/testing/at-provider";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { Document_Type, UsersService } from "@lacio/proto/users/v1/users_service";
import { documentRules } from "@lacio/salon/document";
import { at, book, bookings, ensureNumbering, openSalon, pay, payments } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";
import { signedIn } from "./world.ts";

// The account's pages.

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
  await page.waitForURL(/\/olvide/); // or the test would type into the page before
  await page.locator('input[name="email"]').fill(person.email);
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
  await page.locator('input[name="email"]').fill(person.email);
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
  await elsewhere.page.locator('input[name="email"]').fill(person.email);
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

  const [bookingId, staffId] = [crypto.randomUUID(), crypto.randomUUID()];
  await sql(system, "users", "insert into visit (booking_id, client_id, staff_id) values ($1, $2, $3)", [bookingId, person.id, staffId]);
  await clientFor(UsersService, system, person.accessToken).rateVisit({ bookingId, stars: 5, comment: "divino" });
  const newEmail = `${crypto.randomUUID()}@example.com`;
  await clientFor(AuthService, system, person.accessToken).changeEmail({ password: person.password, email: newEmail });
  const answer = await page.request.get("/cuenta/datos.json");
  expect(answer.headers()["content-disposition"]).toContain("attachment");
  const everything = (await answer.json()) as Record<string, unknown>;
  const parts = [
    "bookings",
    "emailChange",
    "exportedAt",
    "invoices",
    "notifications",
    "payments",
    "profile",
    "ratings",
    "reassignments",
    "sessions",
  ];
  expect(Object.keys(everything).sort()).toEqual(parts);
  expect(everything).toMatchObject({ profile: { name: "Ana María Gómez" }, ratings: [{ bookingId, stars: 5, comment: "divino" }] });
  expect(everything).toMatchObject({ emailChange: { email: newEmail } });
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
  expect(
    await main(page)
      .getByText(/^Te debemos/)
      .count(),
  ).toBe(0);
  await bounceRefund(person, bookingId);
  await page.reload();
  await main(page)
    .getByText(/^Te debemos \$\s120\.000$/)
    .waitFor();
  await erase(person.password);
  await page.getByRole("heading", { name: /quedó borrada/ }).waitFor();
  await page.goto("/reservas");
  expect(new URL(page.url()).pathname).toBe("/entrar");
  await until(async () => (await refusal(signIn(system, person))) === "Unauthenticated bad_credentials" || undefined);
  await context.close();
});

/** The bank returns a refund that the provider had reported as succeeded. */
async function bounceRefund(person: SignedIn, bookingId: string): Promise<void> {
  const { payments: found } = await payments(system, person).listPayments({ bookingId });
  const there = atProvider(system);
  const { id } = await until(async () => (await there.refundsOf(found[0]!.paymentId)).find(({ status }) => status === "succeeded"));
  await there.bank(`/refunds/${id}/fail`);
  await until(async () => (await bookings(system, person).getBooking({ bookingId })).booking!.owed!.minorUnits > 0n);
}

// The API and the pages accept the same values.
describe("one rule per field", () => {
  const addresses: [address: string, taken: boolean][] = [
    ["o'connor", true],
    ["ana&co", true],
    ["ana+x", true],
    ["ana\u200b", true],
    ["ana ana", false],
    ["añá", false],
    ["ana@", false],
  ];
  test.each(addresses)("an address that begins with %j registers and signs in by API and by page alike: %s", async (name, taken) => {
    const host = `${crypto.randomUUID()}.xn--peluquera-i5a.com`;
    const email = `${name}@${host}`;
    const { page, context } = await visitor(browser, system.urls.edge!);
    const byApi = clientFor(AuthService, system).register({ email, name: "Ana", password: "una clave larga" });
    expect(await byApi.then(() => true, refused)).toBe(taken);
    expect(await posted(page, "/entrar", { email, password: "una clave larga" })).toBe(taken ? 303 : 422);
    const other = `${name}@otra.${host}`;
    expect(await posted(page, "/registro", { email: other, name: "Ana", phone: "", password: "una clave larga" })).toBe(taken ? 303 : 422);
    await context.close();
  });

  test("a phone, a name and a document are taken, kept and refused by API and by page alike", async () => {
    const { page, context } = await visitor(browser, system.urls.edge!);
    const person = await signedIn(context, system as never);
    const mine = clientFor(UsersService, system, person.accessToken);
    const kept = async () => {
      const { name, phone, document } = (await mine.getMe({})).profile!;
      return [name, phone, document && [Document_Type[document.type], document.number]];
    };
    const forms: Form[] = [
      ...[
        "(601) 742 0000",
        "(+57) 300 123 4567",
        "300.123.4567",
        "300\u00a0123\u00a04567",
        "\u202a+573001234567\u202c",
        "300–123–4567",
      ].map((phone) => ({ phone })),
      ...["123", "llámame", "300 123 4567 ext. 9", ""].map((phone) => ({ phone })),
      ...[" Ana\u00a0 María ", "💇".repeat(100), "💇".repeat(101), "\u200b", "x".repeat(101)].map((name) => ({ name })),
      ...Object.keys(documentRules).map((type) => ({ document: { type, number: type === "PEP" ? "986543212021991" : "1020304050" } })),
      ...["800197268-4", "800.197.268", "8001972684", "800197268-5", "12"].map((number) => ({ document: { type: "NIT", number } })),
      ...[
        { type: "CC", number: "E123" },
        { type: "PASSPORT", number: "ab 123456" },
      ].map((document) => ({ document })),
    ];
    for (const form of forms) {
      const first = { name: "Primera", phone: "3000000000", document: { type: Document_Type.CC, number: "11111111" } };
      await mine.updateMe(first);
      const { document } = form;
      const wishes = { ...form, document: document && { ...document, type: Document_Type[document.type as "CC"] } };
      const byApi = await mine.updateMe(wishes).then(() => true, refused);
      const afterApi = await kept();
      await mine.updateMe(first);
      const { type: documentType, number: documentNumber } = document ?? { type: "CC", number: "11111111" };
      const fields = { name: "Primera", phone: "3000000000", locale: "es", ...form, documentType, documentNumber };
      const byPage = (await posted(page, "/cuenta?/perfil", { ...fields, document: undefined, cuenta: person.id })) === 200;
      expect([form, byPage, await kept()]).toEqual([form, byApi, afterApi]);
    }
    await context.close();
  });

  test("clean before checking: she pastes an address with what nobody sees, and is told in words what a phone looks like", async () => {
    const { page, context } = await visitor(browser, system.urls.edge!, { javaScriptEnabled: false });
    await page.goto("/registro");
    const email = `${crypto.randomUUID()}@example.com`;
    await page.locator('input[name="name"]').fill("Ana");
    await page.locator('input[name="email"]').fill(`\u202a${email.replace("@", "\u200b@")}\u202c`);
    await page.locator('input[name="phone"]').fill("llámame");
    await page.locator('input[name="password"]').fill("una clave larga");
    await pressButton(page, /^Crear/);
    await main(page).getByText("Revisa el teléfono: un número como 300 123 4567").waitFor();
    await page.locator('input[name="phone"]').fill("(601) 742 0000");
    await page.locator('input[name="password"]').fill("una clave larga");
    await pressButton(page, /^Crear/);
    await page.waitForURL((url) => url.pathname === "/reservas");
    expect(await sql(system, "auth", "select phone from account where email = $1", [email])).toEqual([{ phone: "+576017420000" }]);
    await context.close();
  });

  test("documents are DIAN's: the page says which number of which document is wrong, in her language", async () => {
    const { page, context } = await visitor(browser, system.urls.edge!);
    await signedIn(context, system as never);
    const saying = async (path: string, type: string, number: string, words: string) => {
      await page.goto(path);
      await page.locator('select[name="documentType"]').selectOption(type);
      await page.locator('input[name="documentNumber"]').fill(number);
      await pressButton(page, /^(Guardar|Save)/);
      await main(page).getByText(words).first().waitFor();
    };
    await saying("/cuenta", "NIT", "800197268-5", "Revisa el NIT: su dígito de verificación no corresponde a ese número.");
    await saying("/cuenta", "PEP", "123", "Permiso especial de permanencia (PEP): escribe el número, de 15 cifras, sin letras.");
    await saying("/en/cuenta", "CC", "12", "Citizen card (CC): type the number, 4 to 10 digits, no letters.");
    await context.close();
  });
});

type Form = { name?: string; phone?: string; document?: { type: string; number: string } };

/** False for INVALID_ARGUMENT; rethrows everything else. */
function refused(error: unknown): false {
  if (ConnectError.from(error).code === Code.InvalidArgument) return false;
  throw error;
}

/** The HTTP status of a form that is posted without script. */
async function posted(page: Page, path: string, form: Record<string, string | undefined>): Promise<number> {
  const fields = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined);
  const headers = { origin: system.urls.edge!, accept: "text/html" };
  return (await page.request.post(path, { form: Object.fromEntries(fields), headers, maxRedirects: 0 })).status();
}
