import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { mails, sharedSystem, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { Booking_Status as Status, Cancellation_By, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { at, bookings, ensureNumbering, openSalon, pay, type Salon } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { loseStylist } from "./lost-visits.ts";
import { test } from "./network-changes.ts";
import { pesos, wordsOf } from "./said.ts";
import { signedIn } from "./world.ts";

// The stylist of a paid visit can't come: the client gets a mail, opens its link without signing in, and decides.

const system = sharedSystem();
const edge = system.urls.edge!;
const { hour, day } = wordsOf("es");
const price = 12_000_000;
let browser: Browser;
let salon: Salon;

beforeAll(async () => {
  await ensureNumbering(system);
  [browser, salon] = await Promise.all([openBrowser(), openSalon(system, { stylists: 2 })]);
});
afterAll(() => browser?.close());

type Visit = { client: SignedIn; bookingId: string; start: Date };

/** A visit with the salon's first stylist, paid. Each test has a day of its own. */
async function paidVisit(daysAhead: number, { serviceId, staffIds } = salon): Promise<Visit> {
  const client = await signUp(system);
  const start = at(daysAhead, "10:00");
  const wish = { serviceId, staffId: staffIds[0]!, desiredStart: timestampFromDate(start) };
  const { bookingId } = await bookings(system, client).createBooking(wish);
  await pay(system, client, bookingId);
  await until(async () => (await bookingOf({ client, bookingId, start })).status === Status.CONFIRMED);
  return { client, bookingId, start };
}

const bookingOf = async ({ client, bookingId }: Visit): Promise<Booking> =>
  (await bookings(system, client).getBooking({ bookingId })).booking!;

/** The link of the mail that asks, for one of its answers. */
async function mailedLink({ client }: Visit, answer: "aceptar" | "otra-hora" | "devolver"): Promise<string> {
  const links = await until(async () => {
    const found = (await mails(system, client.email)).flatMap(({ text }) => text.match(/https:\S+\/links\/cita\?\S+/g) ?? []);
    return found.length > 0 && found;
  });
  return links.find((link) => new URL(link).searchParams.get("respuesta") === answer)!;
}

/** A moment as the page writes it, with its no-break spaces. */
const told = (at: Date) => new RegExp(`${day(at)}, ${hour(at)}`.replaceAll(" ", "\\s"));
const press = (page: Page, name: RegExp) => page.getByRole("main").getByRole("button", { name }).click();
const says = (page: Page, text: string | RegExp) => page.getByRole("main").getByText(text).first().waitFor();

/** Chooses the last free hour of the shown day. */
async function chooseHour(page: Page): Promise<Date> {
  const last = page.locator("nav[aria-labelledby=que-hora] a").last();
  const hora = new URL((await last.getAttribute("href"))!, edge).searchParams.get("hora")!;
  await last.click();
  await page.waitForURL((url) => url.searchParams.get("hora") === hora);
  return new Date(hora);
}

describe.each([
  ["with a phone", {}, 4],
  ["without JavaScript", { javaScriptEnabled: false }, 8],
] as const)("who opens the mail's link, %s,", (_, options, firstDay) => {
  test("accepts the substitute in two taps, and reads who and when; the same link then shows what is so", async () => {
    const visit = await paidVisit(firstDay);
    await loseStylist(system, visit.client, visit.bookingId);
    const link = await mailedLink(visit, "aceptar");
    const { page, context, complaints } = await visitor(browser, edge, options);
    await page.goto(link);
    await says(page, told(visit.start));
    expect((await bookingOf(visit)).status).toBe(Status.REASSIGNING); // opening it changes nothing
    await press(page, /^Sí, con /);
    await says(page, /^Listo: te atiende Estilista /);
    await says(page, told(visit.start));
    const { status, staffId, start } = await bookingOf(visit);
    expect([status, staffId, timestampDate(start!)]).toEqual([Status.CONFIRMED, salon.staffIds[1], visit.start]);
    await page.goto(link);
    await says(page, /te atiende/i);
    expect([await page.getByRole("button", { name: /^Sí, con / }).count(), complaints]).toEqual([0, []]);
    await context.close();
  });

  test("takes another time with the picker", async () => {
    const visit = await paidVisit(firstDay + 1);
    await loseStylist(system, visit.client, visit.bookingId);
    const { page, context, complaints } = await visitor(browser, edge, options);
    await page.goto(await mailedLink(visit, "otra-hora"));
    const chosen = await chooseHour(page);
    await press(page, /^Cambiar hora/);
    await says(page, "Tu cita cambió de hora");
    await says(page, told(chosen));
    const { status, start } = await bookingOf(visit);
    expect([status, timestampDate(start!), complaints]).toEqual([Status.CONFIRMED, chosen, []]);
    await context.close();
  });

  test("has everything refunded, after a step that says the amount", async () => {
    const visit = await paidVisit(firstDay + 2);
    await loseStylist(system, visit.client, visit.bookingId);
    const { page, context } = await visitor(browser, edge, options);
    await page.goto(await mailedLink(visit, "devolver"));
    await page.getByText(pesos(price, "es").replace(" ", "\u00a0"), { exact: true }).waitFor();
    expect((await bookingOf(visit)).status).toBe(Status.REASSIGNING);
    await press(page, /^Sí, devuélvanme/);
    await says(page, /^Cancelamos la cita y te devolvemos/);
    const { status, cancellation } = await bookingOf(visit);
    expect([status, cancellation!.by, cancellation!.refund!.minorUnits]).toEqual([Status.CANCELLED, Cancellation_By.CLIENT, BigInt(price)]);
    await context.close();
  });
});

test("who answers in two places is told in the second that it was decided, and what is so now", async () => {
  const visit = await paidVisit(12);
  const { token } = await loseStylist(system, visit.client, visit.bookingId);
  const [one, other] = [await visitor(browser, edge), await visitor(browser, edge)];
  await one.page.goto(`/links/cita?token=${token}`);
  await other.page.goto(`/links/cita?token=${token}&respuesta=devolver`);
  await press(other.page, /^Sí, devuélvanme/);
  await says(other.page, /^Cancelamos la cita/);
  await press(one.page, /^Sí, con /);
  await says(one.page, "Ya estaba decidido");
  await says(one.page, /^Cancelamos la cita/);
  expect((await bookingOf(visit)).status).toBe(Status.CANCELLED);
  await Promise.all([one.context.close(), other.context.close()]);
});

test("when nobody else is free, the page leads with the nearest times, and one of them is two taps away", async () => {
  const alone = await openSalon(system, { stylists: 1 });
  const visit = await paidVisit(13, alone);
  const { token } = await loseStylist(system, visit.client, visit.bookingId, true);
  const { page, context } = await visitor(browser, edge);
  await page.goto(`/links/cita?token=${token}`);
  await page.getByRole("heading", { name: "A esa hora no hay nadie más libre: elige otra" }).waitFor();
  const nearest = page.locator('main a[href*="/otra-hora"][href*="hora="]').first();
  const chosen = new Date(new URL((await nearest.getAttribute("href"))!, edge).searchParams.get("hora")!);
  await nearest.click();
  await page.waitForURL(/\/links\/cita\/otra-hora/);
  await press(page, /^Cambiar hora/);
  await says(page, "Tu cita cambió de hora");
  const { status, start } = await bookingOf(visit);
  expect([status, timestampDate(start!)]).toEqual([Status.CONFIRMED, chosen]);
  await context.close();
});

test("who has another visit at the chosen hour is asked, and may take it anyway", async () => {
  const visit = await paidVisit(16);
  const { token } = await loseStylist(system, visit.client, visit.bookingId);
  const start = at(16, "15:00");
  const wish = { serviceId: salon.serviceId, staffId: salon.staffIds[0]!, desiredStart: timestampFromDate(start) };
  await bookings(system, visit.client).createBooking(wish);
  const { page, context, complaints } = await visitor(browser, edge);
  await page.goto(`/links/cita/otra-hora?${new URLSearchParams({ token, hora: start.toISOString().replace(".000Z", "Z") })}`);
  await press(page, /^Cambiar hora/);
  await says(page, "Ya tienes una cita a esa hora");
  expect((await bookingOf(visit)).status).toBe(Status.REASSIGNING);
  await press(page, /^Sí, cambiar/);
  await says(page, "Tu cita cambió de hora");
  const { status, staffId, start: now } = await bookingOf(visit);
  expect([status, staffId, timestampDate(now!), complaints]).toEqual([Status.CONFIRMED, salon.staffIds[1], start, []]);
  await context.close();
});

test("who is signed in finds it first in the list, accepts on the booking's page, and its story tells who took over", async () => {
  const visit = await paidVisit(14);
  await loseStylist(system, visit.client, visit.bookingId);
  const { page, context } = await visitor(browser, edge);
  await signedIn(context, system as never, visit.client);
  await page.goto("/reservas");
  await says(page, "Tu estilista no puede: elige");
  await page
    .getByRole("link", { name: /^Elegir qué hacer/ })
    .first()
    .click();
  await press(page, /^Sí, con /);
  await says(page, /^Listo: te atiende Estilista /);
  await until(async () => {
    await page.reload();
    return (await page.getByText(/quedó a cargo de tu cita/).count()) > 0;
  });
  await page.goto(`/reservas/${visit.bookingId}/cambiar`);
  await page.getByRole("heading", { level: 1, name: "Cambiar tu cita" }).waitFor(); // it can be moved again, as any
  await context.close();
});

test("a visit that lost its stylist is not moved but answered, and can be cancelled with a full refund", async () => {
  const visit = await paidVisit(15);
  await loseStylist(system, visit.client, visit.bookingId);
  const { page, context } = await visitor(browser, edge);
  await signedIn(context, system as never, visit.client);
  await page.goto(`/reservas/${visit.bookingId}/cambiar`);
  await page.waitForURL(new RegExp(`/reservas/${visit.bookingId}$`));
  await page.getByRole("link", { name: "Que me devuelvan todo" }).click();
  await page.getByRole("heading", { level: 1, name: /Cancelar esta cita/ }).waitFor();
  await press(page, /^Cancelar cita/);
  await says(page, "Cancelaste esta cita");
  const { status, cancellation } = await bookingOf(visit);
  expect([status, cancellation!.refund!.minorUnits]).toEqual([Status.CANCELLED, BigInt(price)]);
  await context.close();
});
