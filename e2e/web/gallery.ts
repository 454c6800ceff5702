/// <reference lib="dom" />
import fs from "node:fs";
import path from "node:path";
import { openBrowser, visitor } from "./browser.ts";
import { tour } from "./tour.ts";
import { openWorld } from "./world.ts";

// `npm run gallery [-- name]`: every screen and state of the web as a picture, in .lacio/gallery. The two of the README go to docs/pictures.
const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, ".lacio/gallery");
const only = process.argv[2];
const readme = new Map([
  ["inicio-1280-light", "inicio.png"],
  ["lista-360-light", "lista.png"],
]);

const system = await openWorld({ env: { ACCESS_TOKEN_MINUTES: "60" } });
const browser = await openBrowser();
try {
  const { stops, signIn } = await tour(system);
  for (const one of [folder, path.join(root, "docs/pictures")]) fs.mkdirSync(one, { recursive: true });
  for (const [width, height] of [
    [360, 740],
    [1280, 860],
  ] as const) {
    const { page } = await visitor(browser, system.urls.edge!, { viewport: { width, height }, deviceScaleFactor: 1.5 });
    for (const { name, who, path: address, then } of stops.filter((stop) => !only || stop.name === only)) {
      await signIn(page, who);
      await page.goto(address);
      await then?.(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const kept = readme.get(`${name}-${width}-${colorScheme}`);
        if (kept) await page.screenshot({ path: path.join(root, "docs/pictures", kept) });
        // A viewport as high as the page, or the sticky bar would be in the middle of the picture.
        const whole = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width, height: Math.max(whole, height) });
        await page.screenshot({ path: path.join(folder, `${name}-${width}-${colorScheme}.png`) });
        await page.setViewportSize({ width, height });
      }
      console.log(`  ✓ ${name} ${width}`);
    }
  }
  console.log(`\nThe pictures are in ${path.relative(root, folder)}.`);
} finally {
  await browser.close();
  await system.stop();
}
