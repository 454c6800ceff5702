import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { developmentSecrets } from "./development-secrets.ts";
import { productionSecrets } from "./production-secrets.ts";

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

const given = {
  SMTP_URL: "smtps://relay.example:465",
  STRIPE_SECRET_KEY: "sk_live_x",
  STRIPE_WEBHOOK_SECRET: "whsec_x",
  BOOTSTRAP_ADMIN_EMAIL: "ana@lacio.example",
  BOOTSTRAP_ADMIN_PASSWORD: "una clave larga",
};
const servers = {
  postgres: "lacio-rw.postgres:5432",
  pooler: "pooler.postgres:5432",
  nats: "nats.broker:4222",
  valkey: "valkey.cache:6379",
};

test("in production each server's Secret is in its namespace, and a pooler is gone past where a session is needed", () => {
  const all = productionSecrets("lacio", servers, given);
  expect(all.filter(({ namespace }) => namespace !== "lacio").map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
    "broker/lacio-nats",
    "broker/lacio-nats-admin",
    "cache/lacio-valkey",
  ]);
  const booking = all.find(({ name }) => name === "lacio-booking")!.data;
  const host = (url: string) => new URL(url).host;
  expect([booking.DATABASE_URL, booking.DIRECT_DATABASE_URL, booking.NATS_URL].map((url) => host(url!))).toEqual([
    servers.pooler,
    servers.postgres,
    servers.nats,
  ]);
  expect(all.find(({ name }) => name === "lacio-payments")!.data).toMatchObject({ STRIPE_SECRET_KEY: "sk_live_x" });
});

test("what nobody can make up, and an address without a namespace, is named", () => {
  const wrong = () => productionSecrets("lacio", { ...servers, nats: "nats" }, { ...given, SMTP_URL: "" });
  expect(wrong).toThrow("SMTP_URL is missing in the environment\n--nats must be <service>.<namespace>:<port>, not nats");
});
