import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { clientFor, sharedSystem } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { openBrowser, visitor, type Browser, type Visitor } from "./browser.ts";
import { test } from "./network-changes.ts";
import { factsIn, pesos, textsOf, wordsOf } from "./said.ts";
import { clientWithVisits, openStudio, papersOf, type Studio, type Visit, type Visits } from "./studio.ts";
import { signedIn } from "./world.ts";

// Every fact on every page equals the API's: in both languages, in a browser in another time zone, all facts in their order, so that a wrong,
// missing, swapped or repeated one is found.

const system = sharedSystem();
let browser: Browser;
let studio: Studio;
let visits: Visits;
beforeAll(async () => {
  [browser, studio] = await Promise.all([openBrowser(), openStudio(system)]);
  visits = await clientWithVisits(system, studio);
});
afterAll(() => browser?.close());

describe.each([
  ["es", "Asia/Tokyo", ""],
  ["en", "Pacific/Honolulu", "/en"],
] as const)("in %s, from %s,", (language, timezoneId, prefix) => {
  const { hour, day, short, hourOfDay, words } = wordsOf(language);
  const price = (centavos: number) => pesos(centavos, language);
  const moment = (at: Timestamp | undefined) => [short(timestampDate(at!)), hour(timestampDate(at!))];
  let reader: Visitor;
  beforeAll(async () => {
    reader = await visitor(browser, system.urls.edge!, { timezoneId });
  });
  afterAll(() => reader?.context.close());

  /** `within`: a selector that limits the check to a part of the page. */
  async function says(path: string, facts: (string | string[])[], within = "main"): Promise<void> {
    const { alisado, corte, people } = studio;
    const names = [alisado.name, corte.name, ...people.flatMap(({ name }) => [name, firstName(name)])];
    const codes = Object.values(visits).flatMap((visit) => ("code" in visit ? [visit.code] : []));
    for (const [when, text] of Object.entries(await textsOf(reader.page, prefix + path, within)))
      expect([path, when, ...factsIn(text, [...names, ...codes])]).toEqual([path, when, ...facts.flat()]);
  }

  const of = ({ booking, service, stylist, start, end }: Visit) => {
    const freeUntil = new Date(start.getTime() - 24 * 3_600_000);
    return {
      when: [day(start), hour(start)],
      table: [service.name, stylist.name, day(start), hour(start), hour(end), service.duration],
      total: price(service.pesos * 100),
      /** When free cancellation ends, and the refund afterwards. */
      policy: [day(freeUntil), hour(freeUntil), price(service.pesos * 50)],
      heldUntil: booking.expiresAt ? [hour(timestampDate(booking.expiresAt))] : [],
    };
  };

  test("a visitor reads what a service costs, how long it takes and when it is free, and which hour waits for her", async () => {
    const { corte, slots, people } = studio;
    const length = ["45 min", words.fortyFive];
    await says("/", [corte.name, price(6_500_000), ...length], `a[href$="/reservar/${corte.slug}"]`);
    await says("/", words.openingHours, "[aria-labelledby=salon] dl");

    const late = slots.find(({ start }) => hourOfDay(start) >= 19)!; // already tomorrow in UTC
    const page = `/reservar/${corte.slug}?dia=${studio.lookedAt}&con=${people[1].id}&hora=${late.start.toISOString()}`;
    const parts = Map.groupBy(slots, ({ start }) => words.parts[hourOfDay(start) < 12 ? 0 : hourOfDay(start) < 18 ? 1 : 2]!);
    const tiles = [...parts].flatMap(([part, some]) => [
      part,
      ...some.flatMap(({ start, end }) => [hour(start), hour(start), hour(end), firstName(people[1].name), day(start)]),
    ]);
    await says(page, [day(late.start), ...tiles], "[aria-labelledby=que-hora]");
    await says(page, [corte.name, ...length, price(6_500_000), short(late.start), hour(late.start)], "main .sticky");
    const room = `${slots.length} ${words.hours}`;
    const strip = language === "es" ? [short(late.start, "")] : []; // "Fri", "18" and "Dec": no date in English
    await says(page, [day(late.start), room, ...strip, room], "#dia");

    const waiting = new URLSearchParams({ servicio: corte.slug, hora: late.start.toISOString(), con: "", clave: "12345678" });
    for (const form of ["registro", "entrar"]) await says(`/${form}?${waiting}`, [corte.name, day(late.start), hour(late.start)]);
  });

  test("a client reads of the hour that she holds what it is, what it costs with its IVA, and until when it is hers", async () => {
    await signedIn(reader.context, system as never, visits.client);
    const { id, service } = visits.held;
    const { when, table, total, policy, heldUntil } = of(visits.held);
    const sum = [price(15_126_050), words.percent, price(2_873_950), price(18_000_000)];
    await says(`/reservas/${id}/pagar`, [table, sum, policy, heldUntil, total]);
    await says(`/reservas/${id}/espera`, [service.name, when]);
    await says(`/reservas/${id}/cancelar`, [service.name, when]);
    await says(`/reservas/${id}/cambiar`, when, "main header");
  });

  test("of what she paid: the visit, its rule, its story and its invoice, on the page, in her calendar and before she cancels", async () => {
    await signedIn(reader.context, system as never, visits.client);
    const { id, code, booking, service, stylist, start, end } = visits.kept;
    const { when, table, total, policy } = of(visits.kept);
    const papers = await papersOf(system, visits.client, id);
    const past = [booking.createdAt, papers.paidAt, papers.sentAt("booking_confirmed")].flatMap(moment);
    const rest = [table, code, total, policy, past, papers.documents[0]!.number, total, papers.mailedAt.flatMap(moment)];
    await says(`/reservas/${id}`, [service.name, ...rest]);
    await says(`/reservas/${id}?lista=1`, [when, service.name, policy.slice(0, 2), ...rest]);
    await says(`/reservas/${id}?cambiada=1`, [service.name, when, ...rest]);
    await says(`/reservas/${id}/cancelar`, [service.name, when, total, total, policy]);
    await says(`/reservas/${id}/cambiar`, when, "main header");

    const basic = (at: Date) => at.toISOString().replace(/[-:]|\.\d+/g, "");
    const file = (await (await reader.page.request.get(`${prefix}/reservas/${id}/cita.ics`)).text()).replaceAll("\r\n ", "");
    for (const line of [`DTSTART:${basic(start)}`, `DTEND:${basic(end)}`, `SUMMARY:${service.name}`, stylist.name, code])
      expect(file).toContain(line);
    await reader.page.goto(`${prefix}/reservas/${id}`);
    const google = new URL((await reader.page.locator('a[href*="calendar.google.com"]').getAttribute("href"))!).searchParams;
    expect([google.get("dates"), google.get("text")]).toEqual([`${basic(start)}/${basic(end)}`, `${service.name} · Lacio`]);
  });

  test("of what she cancelled: what came back, when, and both documents; and of all her visits in their order", async () => {
    await signedIn(reader.context, system as never, visits.client);
    const { cancelled, held, kept, released } = visits;
    const { table, total } = of(cancelled);
    const papers = await papersOf(system, visits.client, cancelled.id);
    const past = [
      cancelled.booking.createdAt,
      papers.paidAt,
      papers.sentAt("booking_confirmed"),
      cancelled.booking.cancellation!.cancelledAt,
    ];
    const refunded = [total, ...moment(papers.sentAt("refund_sent"))];
    const documents = papers.documents.flatMap(({ number }) => [number, total]);
    const mails = papers.mailedAt.flatMap(moment);
    await says(`/reservas/${cancelled.id}`, [
      cancelled.service.name,
      total,
      table,
      cancelled.code,
      total,
      past.flatMap(moment),
      refunded,
      documents,
      mails,
    ]);

    const card = (visit: Visit) => {
      const { when, total, heldUntil } = of(visit);
      return [...heldUntil, visit.service.name, ...when, visit.stylist.name, total, visit.service.name, ...when];
    };
    await says("/reservas", [held, kept, released, cancelled].map(card));
  });

  test("of her sessions: which is this one, and since when and until when each was used", async () => {
    await signedIn(reader.context, system as never, visits.client);
    const { sessions } = await clientFor(AuthService, system, visits.client.accessToken).listSessions({});
    const [here, other] = [sessions.find(({ current }) => current)!, sessions.find(({ current }) => !current)!];
    const times = ({ startedAt, lastUsedAt }: typeof here) => [startedAt, lastUsedAt].flatMap(moment);
    await says("/cuenta", [words.noDevice, times(here), words.thisDevice, words.firefox, times(other)], "[aria-labelledby=sesiones]");
  });
});

const firstName = (name: string): string => name.split(" ")[0]!;
