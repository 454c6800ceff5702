/// <reference lib="dom" />
import fs from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "./browser.ts";

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The violations that axe-core finds, a line each: "color-contrast: <a …>". `rule`: only this one. */
export async function accessibilityOf(page: Page, rule?: "color-contrast"): Promise<string[]> {
  // Evaluated, because the page's CSP blocks script elements.
  return page.evaluate(
    async ([source, runOnly]) => {
      type Axe = { run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      const scope = globalThis as unknown as { axe?: Axe };
      if (!scope.axe) (0, eval)(source);
      const { violations } = await scope.axe!.run(document, { runOnly });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    },
    [axeSource, rule ? { type: "rule" as const, values: [rule] } : tags] as const,
  );
}

/** By how many CSS pixels the page is wider than a window of this width (horizontal scrolling). */
export async function overflowAt(page: Page, width: number): Promise<number> {
  await page.setViewportSize({ width, height: 740 });
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Touch targets in the page's content below 44 CSS pixels; links within text are exempt. */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("main a, main button, main input:not([type=hidden]), main select, main summary, header a")]
      .map((element) => ({ element: element.closest("label") ?? element, self: element }))
      .filter(({ element, self }) => element.checkVisibility() && !self.matches("p a, .sr-only, li p a"))
      .map(({ element }) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.height > 0 && Math.round(box.height) < 44)
      .map(({ element, box }) => `${element.outerHTML.slice(0, 100)} is ${Math.round(box.height)} px high`),
  );

/** Elements that 200 % text size pushes off a phone's screen or out of their button, a line each. */
export async function pushedOut(page: Page): Promise<string[]> {
  await page.setViewportSize({ width: 360, height: 740 });
  return page.evaluate(() => {
    const root = document.documentElement;
    root.style.fontSize = "200%";
    const seen = [...document.querySelectorAll<HTMLElement>("body *")].filter(
      (element) => element.checkVisibility() && !element.closest(".sr-only"),
    );
    const beside = seen.filter((element) => !element.closest("nav ul[class*=strip]") && element.getBoundingClientRect().right > 361);
    const outside = seen.filter((element) => element.matches("a, button, label") && element.scrollWidth > element.clientWidth + 1);
    const scrolls = root.scrollWidth > 360 ? [`sideways: ${root.scrollWidth} px`] : [];
    root.style.removeProperty("font-size");
    return [...scrolls, ...[...beside, ...outside].map((element) => element.outerHTML.slice(0, 120))];
  });
}

/** Elements that only their background sets apart: without a border they disappear in forced-colors mode. */
export async function colourAlone(page: Page): Promise<string[]> {
  const filled = await page.evaluateHandle(() => {
    const fill = (element: Element) => getComputedStyle(element).backgroundColor;
    const around = (element: Element): string => {
      for (let at = element.parentElement; at; at = at.parentElement) if (!/, 0\)$/.test(fill(at))) return fill(at);
      return "";
    };
    return [...document.querySelectorAll<HTMLElement>("body *")].filter(
      (element) =>
        element.checkVisibility() &&
        !element.closest("[aria-hidden], .sr-only") &&
        !/, 0\)$/.test(fill(element)) &&
        fill(element) !== around(element),
    );
  });
  await page.emulateMedia({ forcedColors: "active" });
  const bare = await filled.evaluate((elements) =>
    elements
      .filter((element) => {
        const { borderTopWidth, borderBottomWidth, borderLeftWidth } = getComputedStyle(element);
        return [borderTopWidth, borderBottomWidth, borderLeftWidth].every((width) => width === "0px");
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  await page.emulateMedia({ forcedColors: "none" });
  return bare;
}

/** The cumulative layout shift (CLS) since the page began to load. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
            if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(sum), 100);
      }),
  );

export type Weight = { script: number; style: number; font: number; document: number; foreign: string[] };

/** The bytes on the wire of a first visit to a page. A request that was retried counts once. */
export async function weightOf(page: Page, visit: () => Promise<unknown>): Promise<Weight> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  const parts = new Map<string, { url: string; kind: string }>();
  const sizes = () => new Map<string, number>();
  const bytes = { script: sizes(), style: sizes(), font: sizes(), document: sizes() };
  const foreign: string[] = [];
  session.on("Network.responseReceived", ({ requestId, type, response: { url } }) => {
    parts.set(requestId, { url, kind: type.toLowerCase().replace("stylesheet", "style") });
    if (!url.startsWith("data:") && new URL(url).hostname !== "localhost") foreign.push(url);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const { url = "", kind } = parts.get(requestId) ?? {};
    const ofKind = bytes[kind as keyof typeof bytes] as Map<string, number> | undefined;
    ofKind?.set(url, Math.max(encodedDataLength, ofKind.get(url) ?? 0));
  });
  await visit();
  await session.detach();
  const sum = (ofKind: Map<string, number>) => [...ofKind.values()].reduce((all, one) => all + one, 0);
  return { script: sum(bytes.script), style: sum(bytes.style), font: sum(bytes.font), document: sum(bytes.document), foreign };
}
