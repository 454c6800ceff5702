import { spawnSync } from "node:child_process";
import { createPublicKey, X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { afterAll, describe, expect, test } from "@jest/globals";
import { serviceNames } from "@lacio/testkit/environment";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { generate } from "selfsigned";
import { databaseWishes } from "../database-wishes.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-compose-"));
afterAll(() => fs.rmSync(dir, { recursive: true }));
for (const name of ["postgres", "nats", "stripe"]) fs.mkdirSync(path.join(dir, "volumes", name), { recursive: true });
fs.mkdirSync(path.join(dir, "kept"));

/** As the container does at each `up`. */
function setUp(): Record<string, string> {
  const env = {
    ...process.env,
    GIVEN_DIR: path.join(dir, "given"),
    KEPT_DIR: path.join(dir, "kept"),
    VOLUMES_DIR: path.join(dir, "volumes"),
  };
  const { status, stderr } = spawnSync(process.execPath, ["deploy/tools/compose/set-up.ts"], { cwd: root, env, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const files = fs.globSync("**/*", { cwd: env.GIVEN_DIR }).filter((file) => fs.statSync(path.join(env.GIVEN_DIR, file)).isFile());
  return Object.fromEntries(files.map((file) => [file, fs.readFileSync(path.join(env.GIVEN_DIR, file), "utf8")]));
}

const given = setUp();
const environment = (name: string) => parseEnv(given[`env/${name}`]!) as Record<string, string>;

describe("what Compose's containers find", () => {
  test.each(serviceNames)("%s has its own logins, and a token that its peers believe", async (name) => {
    const { DATABASE_URL, MIGRATION_DATABASE_URL, NATS_URL, SERVICE_TOKEN_FILE } = environment(name);
    expect(DATABASE_URL).toMatch(new RegExp(`^postgres://${name}:\\w+@postgres:5432/${name}$`));
    expect(MIGRATION_DATABASE_URL).toMatch(new RegExp(`^postgres://${name}_owner:\\w+@postgres:5432/${name}$`));
    expect(NATS_URL).toMatch(new RegExp(`^nats://${name}:\\w+@nats:4222$`));
    expect(SERVICE_TOKEN_FILE).toBe(path.join(dir, `given/identity/${name}.token`));
    const keys = createLocalJWKSet(JSON.parse(given["identity/jwks.json"]!) as JSONWebKeySet);
    const { payload } = await jwtVerify(given[`identity/${name}.token`]!, keys, {
      issuer: "https://kubernetes.default.svc",
      audience: "lacio",
    });
    expect(payload.sub).toBe(`system:serviceaccount:lacio:${name}`);
    expect(payload.exp! - payload.iat!).toBe(30 * 86_400);
  });

  test("the servers have their configuration, with every file that it includes", () => {
    const included = [...given["nats.conf"]!.matchAll(/^include "?([\w./]+)"?/gm)].map(([, file]) => file!);
    for (const file of ["nats.conf", "valkey.conf", "postgres-password", ...included]) expect(given).toHaveProperty([file]);
  });

  test("databases.ts can make every database of it", () => {
    expect(databaseWishes(serviceNames, environment("databases")).problems).toEqual([]);
  });

  test("the edge has a certificate for its name there and for a browser's, and its key", () => {
    const certificate = new X509Certificate(given["edge/tls.crt"]!);
    for (const name of ["localhost", "edge"]) expect(certificate.checkHost(name)).toBe(name);
    const key = createPublicKey(given["edge/tls.key"]!).export({ type: "spki", format: "pem" });
    expect(certificate.publicKey.export({ type: "spki", format: "pem" })).toBe(key);
  });

  test("nothing of it is for everybody's eyes", () => {
    const open = Object.keys(given).filter((file) => fs.statSync(path.join(dir, "given", file)).mode & 0o077);
    expect(open).toEqual([]);
  });

  test("the next `up` keeps passwords, key and certificate, which the servers' data were made with, and gives new tokens", () => {
    const next = setUp();
    const differs = Object.keys(next).filter((file) => next[file] !== given[file]);
    expect(differs.sort()).toEqual(serviceNames.map((name) => `identity/${name}.token`).sort());
  });

  test("a certificate in its last month is made anew", async () => {
    const file = path.join(dir, "kept/state.json");
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as { certificate: { cert: string } };
    const notAfterDate = new Date(Date.now() + 29 * 86_400_000);
    state.certificate.cert = (await generate([{ name: "commonName", value: "localhost" }], { notAfterDate })).cert;
    fs.writeFileSync(file, JSON.stringify(state));
    expect(new X509Certificate(setUp()["edge/tls.crt"]!).validToDate.getTime()).toBeGreaterThan(Date.now() + 300 * 86_400_000);
  });
});
