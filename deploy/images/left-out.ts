import path from "node:path";

/** Whether a file of a package from npm is of no use at run time. `file` is relative to the package. */
export function leftOut(name: string, file: string): boolean {
  const [folder] = file.split(path.sep);
  if (foldersForDevelopers.has(folder!) && folder !== file) return true;
  if (/\.(map|flow|[cm]?tsx?)$/.test(file)) return true; // Node runs no TypeScript under node_modules
  if (/\.(md|markdown)$/i.test(file)) return !/licen[cs]e|copying|notice/i.test(file);
  return twins[name]?.some((twin) => file === twin || file.startsWith(`${twin}/`)) ?? false;
}

/** Whether a workspace's file is a test, or stands only for tests. The testkit's own folder is used by the seed. */
export const isTest = (place: string, file: string): boolean =>
  file.endsWith(".test.ts") || (file.split(path.sep).includes("testing") && place !== "packages/testkit");

const foldersForDevelopers = new Set([
  ".github",
  ".yarn",
  "benchmark",
  "benchmarks",
  "coverage",
  "docs",
  "example",
  "examples",
  "test",
  "tests",
]);

// The same code once more, for browsers, bundlers or the other module system: their package.json leads Node, which imports them from an ES
// module, past these. A new version may do otherwise; then the image does not start, and the build says so.
const twins: Record<string, string[]> = {
  "libphonenumber-js": ["bundle"],
  pdfkit: [
    "js/pdfkit.browser.js",
    "js/pdfkit.browser.mjs",
    "js/pdfkit.browser.old.js",
    "js/pdfkit.browser.old.mjs",
    "js/pdfkit.old.js",
    "js/pdfkit.standalone.js",
  ],
  pngjs: ["browser.js"],
  stripe: ["cjs"],
};
