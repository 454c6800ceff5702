/// <reference lib="dom" />
import { afterAll, beforeAll, expect } from "@jest/globals";
import type { System } from "@lacio/testkit/system";
import { accessibilityOf, colourAlone, layoutShift, overflowAt, pushedOut, smallTargets, weightOf } from "./audit.ts";
import { openBrowser, visitor, type Browser, type Visitor } from "./browser.ts";
import { test } from "./network-changes.ts";
import type { Stop } from "./stop.ts";
import { tour } from "./tour.ts";
import { openWorld } from "./world.ts";

// Every screen of the web in every state, checked against the quality gates. Loading a screen is slow: each is loaded once per language,
// all checks run on it, and the tests report the findings.

let system: System;
let browser: Browser;
let stops: Stop[];
let signIn: Awaited<ReturnType<typeof tour>>["signIn"];
const found: Record<string, string[]> = { access: [], room: [], colours: [], still: [], words: [], tokens: [], weight: [] };

beforeAll(async () => {
  [system, browser] = await Promise.all([openWorld({ env: { ACCESS_TOKEN_MINUTES: "60" } }), openBrowser()]);
  ({ stops, signIn } = await tour(system));
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

// The list exists only once the system runs, so tests take a sixth of it each, with two pages in parallel, as loading is mostly waiting.
const parts = 6;
test.each(Array.from({ length: parts }, (_, n) => n + 1))("every screen is looked at: part %d", async (part) => {
  const left = stops.filter((_, n) => n % parts === part - 1).values();
  const walk = async () => {
    const sara = await visitor(browser, system.urls.edge!, { reducedMotion: "reduce" });
    for (const stop of left) await look(sara, stop);
    await sara.context.close();
  };
  await Promise.all([walk(), walk()]);
});

test("is accessible, light and dark, and the browser has nothing to complain of", () => expect(found.access).toEqual([]));
test("fits a phone, also a narrow one and with 200 % text, and thumbs", () => expect(found.room).toEqual([]));
test("forced colours: has a border where people set colours of their own, no button and no choice is told by colour alone", () =>
  expect(found.colours).toEqual([]));
test("keeps still while it loads", () => expect(found.still).toEqual([]));
test("speaks English under /en, writes pesos there as COP, leaves no text out in either language, and names the salon in every title", () =>
  expect(found.words).toEqual([]));
test("holds no token, in the page or in the browser's storage", () => expect(found.tokens).toEqual([]));
test("costs little on a first visit: script, style, fonts and document", () => expect(found.weight).toEqual([]));

async function look({ page, complaints }: Visitor, stop: Stop): Promise<void> {
  const note = (where: string, what: string) => found[where]!.push(`${stop.name}: ${what}`);
  await signIn(page, stop.who);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: "light" });
  complaints.length = 0;
  const visit = (prefix = "", waitUntil: "load" | "networkidle" = "load") => page.goto(prefix + stop.path, { waitUntil });

  const still = async (limit: number) => {
    const shift = await layoutShift(page);
    if (shift > limit) note("still", `moved by ${shift}`);
  };

  const weight = await weightOf(page, async () => {
    expect((await visit("", "networkidle"))!.status()).toBe(stop.status ?? 200);
  });
  const limits = { script: stop.name.startsWith("inicio") ? 35 : 75, style: 15, font: 80, document: 40 };
  for (const [kind, limit] of Object.entries(limits)) {
    const kilobytes = weight[kind as keyof typeof limits] / 1024;
    if (kilobytes > limit) note("weight", `${kilobytes.toFixed(1)} KB of ${kind}, at most ${limit}`);
  }
  for (const url of weight.foreign) note("weight", `asks ${url}`);
  await still(0.05); // the web fonts load meanwhile
  await words(page, "es").then((odd) => odd && note("words", odd));

  await stop.then?.(page);
  for (const problem of await accessibilityOf(page)) note("access", problem);
  await page.emulateMedia({ colorScheme: "dark" });
  for (const problem of await accessibilityOf(page, "color-contrast")) note("access", `dark ${problem}`); // no other rule depends on colours
  if ((await page.locator("h1").count()) !== 1) note("access", "has not one h1");
  for (const complaint of complaints) note("access", complaint);
  for (const small of await smallTargets(page)) note("room", small);
  for (const part of await pushedOut(page)) note("room", `200 % text pushes out ${part}`);
  for (const part of await colourAlone(page)) note("colours", part);
  for (const width of [360, 320]) if ((await overflowAt(page, width)) > 0) note("room", `is wider than ${width} px`);
  const kept = await page.evaluate(() => JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }]));
  if (/eyJ[\w-]{10,}\.eyJ/.test(kept)) note("tokens", "a token");

  await visit("/en");
  await still(0.02);
  await words(page, "en").then((odd) => odd && note("words", odd));
  await stop.then?.(page);
  for (const part of await pushedOut(page)) note("room", `in English 200 % text pushes out ${part}`);
}

// Words that reveal an untranslated text.
const foreign = {
  es: /\b(the|your|booking|please|sign in|cancel this|password)\b|COP \d/i,
  en: /\b(el|los|las|del|con|para|por|que|una|hasta|tu|tus|reserva[rs]?|contraseña|pagar|hora|horas|cita|citas|correo)\b|[¿¡]|\$\s?\d/i,
};

async function words(page: Visitor["page"], language: keyof typeof foreign): Promise<string | undefined> {
  const { spoken, text, title } = await page.evaluate((language) => {
    const other = `:not(html)[lang]:not([lang=${language}])`; // marked as in another language
    const apart = [...document.querySelectorAll<HTMLElement>(`[aria-labelledby=correos], ${other}`)]; // a mail's subject is in its language
    for (const part of apart) part.style.display = "none";
    const told = ["aria-label", "placeholder", "alt", "title"];
    const unseen = [...document.querySelectorAll(told.map((name) => `[${name}]`).join())]
      .filter((one) => !one.closest(other))
      .flatMap((one) => told.map((name) => one.getAttribute(name) ?? ""));
    unseen.push(document.querySelector("meta[name=description]")?.getAttribute("content") ?? "");
    const text = [document.body.innerText, ...unseen].join(" ");
    for (const part of apart) part.style.removeProperty("display");
    return { spoken: document.documentElement.lang, text, title: document.title };
  }, language);
  if (spoken !== language) return `${language} is ${spoken}`;
  if (!title.endsWith(" · Lacio")) return `${language} is called ${title}`;
  const odd = /undefined|\[object|NaN|Invalid Date|\b[a-z]+_[a-z_]+\b/.exec(title + text) ?? foreign[language].exec(text);
  return odd ? `${language} says ${text.slice(Math.max(0, odd.index - 30), odd.index + 30)}` : undefined;
}
