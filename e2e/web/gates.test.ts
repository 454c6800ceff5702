import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { System } from "@lacio/dev/system";
import { accessibilityOf, layoutShift, overflowAt, smallTargets, weightOf } from "./audit.ts";
import { openBrowser, visitor, type Browser, type Visitor } from "./browser.ts";
import { tour, type Stop } from "./tour.ts";
import { openWorld } from "./world.ts";

// Every screen of the client's web, in every state, held against the quality bars.

let system: System;
let browser: Browser;
let sara: Visitor;
let stops: Stop[];
let signIn: Awaited<ReturnType<typeof tour>>["signIn"];

beforeAll(async () => {
  [system, browser] = await Promise.all([openWorld({ env: { ACCESS_TOKEN_MINUTES: "60" } }), openBrowser()]);
  ({ stops, signIn } = await tour(system));
  sara = await visitor(browser, system.urls.edge!);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

async function go({ who, path, then, status = 200 }: Stop, prefix = ""): Promise<void> {
  await signIn(sara.page, who);
  await sara.page.setViewportSize({ width: 360, height: 740 });
  sara.complaints.length = 0;
  const answer = await sara.page.goto(prefix + path, { waitUntil: "load" });
  expect(answer!.status()).toBe(status);
  await then?.(sara.page);
}

// Screen by screen in one test each way: the list is made while the system runs.
describe("every screen", () => {
  const each = async (look: (stop: Stop) => Promise<unknown>): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {};
    for (const stop of stops) {
      const problems = await look(stop).catch((error: Error) => error.message);
      if (Array.isArray(problems) ? problems.length > 0 : problems) found[stop.name] = problems;
    }
    return found;
  };

  test("is accessible, light and dark, and the browser has nothing to complain of", async () => {
    const found = await each(async (stop) => {
      await go(stop);
      const problems: string[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        await sara.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        problems.push(...(await accessibilityOf(sara.page)).map((problem) => `${colorScheme} ${problem}`));
      }
      const h1 = await sara.page.locator("h1").count();
      return [...problems, ...sara.complaints, ...(h1 === 1 ? [] : [`${h1} h1`])];
    });
    expect(found).toEqual({});
  });

  test("fits a phone, also a narrow one, and thumbs", async () => {
    const found = await each(async (stop) => {
      await go(stop);
      const small = await smallTargets(sara.page);
      const wide = [await overflowAt(sara.page, 360), await overflowAt(sara.page, 320)];
      return [...small, ...(wide.some((pixels) => pixels > 0) ? [`is ${wide.join(" and ")} px too wide`] : [])];
    });
    expect(found).toEqual({});
  });

  test("keeps still while it loads", async () => {
    const found = await each(async (stop) => {
      await go({ ...stop, then: undefined });
      const shift = await layoutShift(sara.page);
      return shift > 0.02 ? `moved by ${shift}` : undefined;
    });
    expect(found).toEqual({});
  });

  test("speaks English under /en, and leaves no text out in either language", async () => {
    const found = await each(async (stop) => {
      const problems: string[] = [];
      for (const [prefix, lang] of [
        ["", "es"],
        ["/en", "en"],
      ] as const) {
        await go({ ...stop, then: undefined }, prefix);
        const { spoken, text, title } = await sara.page.evaluate(() => {
          document.querySelector("[aria-labelledby=correos]")?.remove(); // subjects are in the language that the mail was in
          return {
            spoken: document.documentElement.lang,
            text: document.body.innerText,
            title: document.title,
          };
        });
        if (spoken !== lang) problems.push(`${prefix} is ${spoken}`);
        const odd = /undefined|\[object|NaN|Invalid Date|\b[a-z]+_[a-z_]+\b/.exec(title + text);
        if (odd) problems.push(`${prefix} says ${odd[0]}`);
        const foreign = (lang === "es" ? english : spanish).exec(text);
        if (foreign) problems.push(`${prefix} says ${foreign[0]}`);
      }
      return problems;
    });
    expect(found).toEqual({});
  });

  test("holds no token, in the page or in the browser's storage", async () => {
    const found = await each(async (stop) => {
      await go(stop);
      const kept = await sara.page.evaluate(() =>
        JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }]),
      );
      return /eyJ[\w-]{10,}\.eyJ/.test(kept) ? "a token" : undefined;
    });
    expect(found).toEqual({});
  });
});

// Words that give a forgotten text away.
const english = /\b(the|your|booking|please|sign in|cancel this|password)\b/i;
const spanish = /\b(reserva[rs]?|tu|contraseña|pagar|hora|cita|correo)\b/i;

describe("a first visit", () => {
  const kilobyte = 1024;

  test("costs little: script, style, fonts and document of every page", async () => {
    const found: Record<string, unknown> = {};
    for (const { name, who, path } of stops) {
      const { page, context } = await visitor(browser, system.urls.edge!);
      await signIn(page, who);
      const weight = await weightOf(page, path);
      await context.close();
      const limits = { script: name.startsWith("inicio") ? 35 : 75, style: 15, font: 80, document: 40 };
      for (const [kind, limit] of Object.entries(limits)) {
        const bytes = weight[kind as keyof typeof limits];
        if (bytes > limit * kilobyte) found[`${name} ${kind}`] = `${(bytes / kilobyte).toFixed(1)} KB, at most ${limit}`;
      }
      if (weight.foreign.length > 0) found[`${name} asks`] = weight.foreign;
    }
    expect(found).toEqual({});
  });
});
