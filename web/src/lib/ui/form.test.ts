import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";

const sources = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(sources, file), "utf8");
/** The markup without scripts and comments. */
const markup = (file: string) => read(file).replaceAll(/<script[\s\S]*?<\/script>|<!--[\s\S]*?-->/g, "");
const home = "lib/ui/Post.svelte";

test("a form says for whom it was made: there is one kind of form that writes, and it says it", () => {
  const pages = globSync("**/*.svelte", { cwd: sources });
  const drawing = (what: RegExp) => pages.filter((file) => what.test(markup(file)));
  expect(drawing(/<Form[\s>]/).length).toBeGreaterThan(10);
  expect(drawing(/<form[\s>]|formmethod|formaction/)).toEqual([home]);
  expect(markup(home)).toContain('<input type="hidden" name="cuenta" value={page.data.account} />');
  // And no script sends a request of its own.
  const scripts = globSync("**/*.{svelte,ts}", { cwd: sources }).filter((file) => !/server|\.test\.ts$|paraglide/.test(file));
  expect(scripts.filter((file) => /\bfetch\(|XMLHttpRequest|sendBeacon|requestSubmit|\.submit\(\)/.test(read(file)))).toEqual([]);
});

test("every page that takes a form is behind the one hook that reads for whom it was made", () => {
  expect(read("hooks.server.ts")).toMatch(/handle = sequence\([^)]*refuseOthersForms\)/);
  const writing = globSync("routes/**/+server.ts", { cwd: sources }).filter((file) =>
    /export const (POST|PUT|PATCH|DELETE)/.test(read(file)),
  );
  expect(writing).toEqual([]);
});
