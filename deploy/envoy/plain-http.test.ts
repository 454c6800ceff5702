import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

const webhook = "/webhooks/stripe";

test("a webhook arrives byte for byte, with its signature, whatever token it carries", async () => {
  const body = Buffer.concat([Buffer.from('{ "id" :"evt_1",  "ñ": 1 }\n'), randomBytes(255 * 1024)]);
  const headers = { "stripe-signature": "t=1,v1=abc", "content-type": "application/json", "x-user-id": "admin" };
  expect(await edge.call(`POST ${webhook}`, { body, headers, token: "nonsense" })).toMatchObject({ status: 200 });
  const [received] = edge.plain.to(webhook);
  expect(received!.body.equals(body)).toBe(true);
  expect(received!.headers["stripe-signature"]).toBe("t=1,v1=abc");
  expect(received!.headers).not.toHaveProperty("x-user-id");
});

test("a webhook above 256 KiB does not reach payments", async () => {
  const before = edge.plain.to(webhook).length;
  expect(await edge.call(`POST ${webhook}`, { body: randomBytes(256 * 1024 + 1) })).toMatchObject({
    status: 413,
    body: { code: 3, details: [{ reason: "body_too_large" }] },
  });
  expect(edge.plain.to(webhook)).toHaveLength(before);
});

test.each([`GET ${webhook}`, `POST ${webhook}/extra`, "POST /webhooks/other"])("%s is not there", async (line) => {
  const before = edge.plain.requests.filter(({ url }) => url.startsWith("/webhooks")).length;
  expect(await edge.call(line)).toMatchObject({ status: 404 });
  expect(edge.plain.requests.filter(({ url }) => url.startsWith("/webhooks"))).toHaveLength(before);
});

test("auth's keys are public", async () => {
  expect(await edge.call("GET /.well-known/jwks.json")).toMatchObject({ status: 200, body: edge.issuer.jwks });
});
