import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { developmentSecrets } from "./development-secrets.ts";

const truth = JSON.parse(readFileSync(path.join(import.meta.dirname, "../helm/lacio/files/services.json"), "utf8")) as {
  services: Record<string, { secrets: string[]; optionalSecrets: string[] }>;
};

test("every service's Secret has the keys that the chart asks for, and no others", () => {
  const secrets = developmentSecrets();
  for (const [name, { secrets: needed, optionalSecrets }] of Object.entries(truth.services)) {
    const keys = Object.keys(secrets[`lacio-${name}`]!);
    expect([name, needed.filter((key) => !keys.includes(key))]).toEqual([name, []]);
    expect([name, keys.filter((key) => ![...needed, ...optionalSecrets].includes(key))]).toEqual([name, []]);
  }
});

test("no two Secrets share a password, but payments and the provider that it talks to", () => {
  const passwordsOf = (url: string) => (URL.canParse(url) ? [new URL(url).password] : []).filter(Boolean);
  const used = Object.entries(developmentSecrets())
    .filter(([name]) => name !== "lacio-postgres") // says its password alone, and in its URL
    .flatMap(([, data]) => Object.values(data).flatMap(passwordsOf));
  expect(used.length).toBeGreaterThan(3 * Object.keys(permissions).length);
  expect(new Set(used).size).toBe(used.length);
});
