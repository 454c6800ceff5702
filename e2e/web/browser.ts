import { chromium as find } from "@lacio/dev/chromium";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page, type Response } from "playwright-core";

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

const changed = "net::ERR_NETWORK_CHANGED";

/**
 * Chromium drops every request that is on its way when an interface comes to the machine or goes, as when containers start, and no flag
 * keeps it from that. A page that was asked for, or that a link led to, is asked for once more, also when a part of it was dropped; what
 * a script or a form sent is not, and only told.
 */
function whenNetworkChanges(page: Page): void {
  let asked = false;
  let dropped = false;
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== changed) return;
    dropped = true;
    console.warn(`The machine's network changed under ${request.method()} ${request.url()}`);
    const lost = request.isNavigationRequest() && request.frame() === page.mainFrame() && request.method() === "GET";
    if (lost && !asked) void page.goto(request.url()).catch((error: unknown) => console.warn(error));
  });
  for (const name of ["goto", "reload"] as const) {
    const ask = page[name].bind(page) as (...args: unknown[]) => Promise<Response | null>;
    const twiceAtMost = async (...args: unknown[]) => {
      [asked, dropped] = [true, false];
      try {
        const answer = await ask(...args).catch((error: unknown) => {
          if (!String(error).includes(changed)) throw error;
          dropped = true;
          return null;
        });
        return dropped ? await ask(...args) : answer;
      } finally {
        asked = false;
      }
    };
    Object.assign(page, { [name]: twiceAtMost });
  }
}
