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
  /** What the browser complained about: script errors, policy violations. */ complaints: string[];
};

/** Somebody with a phone, unless told otherwise. Each has cookies of their own. */
export async function visitor(browser: Browser, baseURL: string, more: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    ignoreHTTPSErrors: true, // the local edge signs its own certificate
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
    // A page that answers 4xx on purpose is reported too.
    if (message.type() === "error" && !text.startsWith("Failed to load resource"))
      complaints.push(`${new URL(page.url()).pathname}: ${text}`);
  });
  return { page, context, complaints };
}
