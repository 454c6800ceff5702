import { chromium as find } from "@lacio/testkit/programs/chromium";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { whenNetworkChanges } from "./dropped-requests.ts";

export type { Browser, BrowserContext, Page };

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openBrowser(): Promise<Browser> {
  const { executable, env } = await find();
  return chromium.launch({ executablePath: executable, env: { ...process.env, ...env }, args: flags });
}

export type Visitor = {
  page: Page;
  context: BrowserContext;
  /** Console errors: script errors, CSP violations. */ complaints: string[];
};

/** A browser context with its own cookies, by default with a phone's viewport. */
export async function visitor(browser: Browser, baseURL: string, more: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    ignoreHTTPSErrors: true, // the local edge has a self-signed certificate
    viewport: { width: 360, height: 740 },
    locale: "es-CO",
    timezoneId: "America/Bogota",
    ...more,
  });
  context.setDefaultTimeout(20_000);
  context.on("page", whenNetworkChanges);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`${new URL(page.url()).pathname}: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // The console also reports pages that answer 4xx on purpose.
    if (message.type() === "error" && !text.startsWith("Failed to load resource"))
      complaints.push(`${new URL(page.url()).pathname}: ${text}`);
  });
  return { page, context, complaints };
}
