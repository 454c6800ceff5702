import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { devCertificate } from "@lacio/testkit/system/edge";
import { exportJWK, generateKeyPair } from "jose";
import { chassisConfig, Env } from "./config.ts";
import { openKeys } from "./keys.ts";
import { createLog } from "./log.ts";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-keys-"));
const bearerFile = path.join(dir, "bearer");
const head = { alg: "ES256", kid: "k1" };
let answer: [status: number, body: string];
let keys: string;
let bearers: (string | undefined)[];
let told: { words: string; fields: { keys: string; err: Error } }[];
let plain: http.Server;
let secured: https.Server;

const serve: http.RequestListener = (request, response) => {
  bearers.push(request.headers.authorization);
  response.writeHead(answer[0]).end(answer[1]);
};
const portOf = (server: http.Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  const { publicKey } = await generateKeyPair("ES256");
  keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...head }] });
  const certificate = await devCertificate(dir);
  plain = http.createServer(serve);
  secured = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(path.join(dir, "edge/key.pem")) }, serve);
  for (const server of [plain, secured]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  [answer, bearers, told] = [[200, keys], [], []];
  fs.writeFileSync(bearerFile, "first\n");
});
afterAll(() => {
  for (const server of [plain, secured]) {
    server?.close();
    server?.closeAllConnections();
  }
  fs.rmSync(dir, { recursive: true });
});

function opened(jwks = `http://127.0.0.1:${portOf(plain)}/jwks`) {
  const servers = { DATABASE_URL: "postgres://x/y", NATS_URL: "nats://x", SERVICE_TOKEN_JWKS_BEARER_FILE: bearerFile };
  const log = createLog("test", "silent");
  log.warn = ((fields: { keys: string; err: Error }, words: string) => void told.push({ fields, words })) as typeof log.warn;
  return openKeys(chassisConfig(new Env({ ...servers, SERVICE_TOKEN_JWKS: jwks }), "test"), log).services;
}

const found = (set: ReturnType<typeof opened>) => set.find(head, { payload: "", signature: "" });

test("the bearer is read at each fetch, as the kubelet renews it", async () => {
  const services = opened();
  await services.fetch();
  fs.writeFileSync(bearerFile, "second\n");
  await services.fetch();
  expect(bearers).toEqual(["Bearer first", "Bearer second"]);
  expect(await found(services)).toBeDefined();
  expect(told).toEqual([]);
});

test.each<[string, () => void, RegExp]>([
  ["a refusal", () => (answer = [403, "{}"]), /answered with status 403/],
  ["what is no JSON", () => (answer = [200, "<html>"]), /as JSON/],
  ["what is no set of keys", () => (answer = [200, "{}"]), /malformed/],
  ["a bearer that is not there", () => fs.rmSync(bearerFile), /ENOENT.*bearer/],
])("%s is answered unavailable, and said once with its cause", async (_, spoil, cause) => {
  const services = opened();
  spoil();
  for (let times = 0; times < 3; times++) await expect(found(services)).rejects.toMatchObject({ reason: "unavailable" });
  await expect(services.fetch()).rejects.toThrow(cause);
  const words = "the keys that verify tokens cannot be had";
  const message = expect.stringMatching(cause) as unknown;
  expect(told).toMatchObject([{ words, fields: { keys: services.at, err: { message } } }]);
});

test("so is a certificate of nobody that Node trusts", async () => {
  const services = opened(`https://localhost:${portOf(secured)}/jwks`);
  await expect(found(services)).rejects.toMatchObject({ reason: "unavailable" });
  expect(told).toMatchObject([{ fields: { keys: services.at, err: { cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } } } }]);
  expect(bearers).toEqual([]);
});
