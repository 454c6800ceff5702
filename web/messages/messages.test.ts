import fs from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";

const folder = import.meta.dirname;
const areas = fs.readdirSync(path.join(folder, "es"));

const texts = (locale: string, area: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, locale, area), "utf8")) as Record<string, unknown>;

test.each(areas)("%s says the same in both languages, and every text is used somewhere", (area) => {
  const keys = Object.keys(texts("es", area));
  expect(Object.keys(texts("en", area)).toSorted()).toEqual(keys.toSorted());
  const sources = fs
    .globSync("src/**/*.{ts,svelte}", { cwd: path.dirname(folder), exclude: (name) => name.includes("paraglide") })
    .map((file) => fs.readFileSync(path.join(path.dirname(folder), file), "utf8"))
    .join("\n");
  expect(keys.filter((key) => !new RegExp(`\\bm\\.${key}\\b`).test(sources))).toEqual([]);
});

test.each(areas)("%s fills in the same in both languages", (area) => {
  const [es, en] = [texts("es", area), texts("en", area)];
  const holes = (text: unknown) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].toSorted();
  expect(Object.keys(es).filter((key) => String(holes(es[key])) !== String(holes(en[key])))).toEqual([]);
});
