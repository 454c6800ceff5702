import { globSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../../..");

/** Source files by their path, without comments. */
export type Code = Record<string, string>;

/** What runs of a folder, without its tests. */
export function codeOf(folder: string): Code {
  const files = globSync("**/*.ts", { cwd: path.join(root, folder), exclude: (name) => name === "node_modules" });
  const own = files.filter((file) => !/\.test\.ts$|(^|\/)testing\//.test(file)).sort();
  return Object.fromEntries(own.map((file) => [file, withoutComments(readFileSync(path.join(root, folder, file), "utf8"))]));
}

export const withoutComments = (text: string): string => text.replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");

export const isMigration = (file: string): boolean => file.includes("migrations/");

/** The matches of a pattern in all of the code, or in the files whose path matches `where`. */
export const matchesIn = (code: Code, pattern: RegExp, where = (_: string) => true): RegExpExecArray[] =>
  Object.entries(code).flatMap(([file, text]) => (where(file) ? [...text.matchAll(pattern)] : []));

/** Where a file imports a contract's name from: "booking/v1/events". @throws when it does not */
export function contractOf(text: string, name: string): string {
  for (const [, names, contract] of text.matchAll(/import \{([^}]*)\} from "@lacio\/proto\/([^"]+)"/g))
    if (names!.split(",").some((one) => one.trim() === name)) return contract!;
  throw new Error(`${name} is not imported from a contract by its own name`);
}
