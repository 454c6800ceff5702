import fs from "node:fs";
import path from "node:path";
import { admin, client, password, stylists } from "../people.ts";

// Personal data of the tests and of the demo, which no log may contain.
const names = [
  "Ana Gómez",
  "Ñáñez",
  "Ñúñez",
  "Luisa Fernanda",
  "Camila Rojas",
  "Andrea Díaz",
  client.name,
  ...Object.values(stylists).map(({ name }) => name),
];
const phones = ["3001234567", client.phone.replace(/\D/g, "").slice(-10)];
const passwords = ["una clave larga", "otra clave larga", "la clave nueva", "mi clave nueva", "adivinando", password, admin.password];

const oneOf = (words: string[]) => words.map((word) => RegExp.escape(word)).join("|");

const kinds: [kind: string, pattern: RegExp][] = [
  ["an address", /[\p{L}\d._%+-]+(?:@|%40)(?:[\p{L}\d-]+\.)+\p{L}{2,}/giu],
  ["a name", new RegExp(oneOf(names), "gu")],
  ["a phone number", new RegExp(`(?<!\\d)(?:${oneOf(phones)})(?!\\d)|\\+57 ?3\\d{2} ?\\d{3} ?\\d{4}`, "gu")],
  ["a password", new RegExp(oneOf(passwords), "gu")],
  ["a password's hash", /\$argon2[a-z]+\$[^\s"']*/gu],
  ["an access token", /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/gu],
  ["a secret link", /[?&]token=[\w%-]+/gu],
];

/** @throws when a system's logs contain personal data or secrets: with file, line and kind, and the data masked */
export function refusePeopleInLogs(dir: string): void {
  const found = peopleInLogs(dir);
  if (found.length > 0) throw new Error(`Logs tell of people, in ${found.length} lines:\n${found.slice(0, 20).join("\n")}`);
}

function peopleInLogs(dir: string): string[] {
  const folder = path.join(dir, "logs");
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((name) => peopleIn(path.join(folder, name)));
}

function peopleIn(file: string): string[] {
  const text = fs.readFileSync(file, "utf8");
  if (!kinds.some(([, pattern]) => text.search(pattern) >= 0)) return [];
  return text.split("\n").flatMap((line, n) => {
    const found = kinds.filter(([, pattern]) => line.search(pattern) >= 0).map(([kind]) => kind);
    return found.length > 0 ? [`${file}:${n + 1}: ${found.join(", ")}: ${masked(line)}`] : [];
  });
}

const masked = (line: string) => kinds.reduce((rest, [kind, pattern]) => rest.replace(pattern, `[${kind}]`), line).slice(0, 400);
