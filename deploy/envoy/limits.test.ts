import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge({ loginsPerMinute: 3, accountCallsPerMinute: 4 });
});
afterAll(() => edge.stop());

const tooMany = {
  status: 429,
  headers: { "content-type": "application/json" },
  body: { code: 8, message: "too many requests", details: [{ reason: "too_many_requests", domain: "lacio" }] },
};

test("logins of one address end at the limit, by whatever protocol, and a forged address does not help", async () => {
  const json = { email: "ana@example.com", password: "wrong" };
  for (let i = 0; i < 3; i++) expect(await edge.call("POST /v1/auth/login", { json })).toMatchObject({ status: 200 });
  const refused = await edge.call("POST /v1/auth/login", { json, headers: { "x-forwarded-for": "203.0.113.9" } });
  expect(refused).toMatchObject(tooMany);
  expect(refused.headers["retry-after"]).toBe("20");
  expect(await edge.call("POST /lacio.auth.v1.AuthService/Login", { json })).toMatchObject({
    status: 429,
    body: { code: "resource_exhausted", message: "too many requests" },
  });
});

test("calls that send mail or hash passwords share a bucket of their own", async () => {
  const calls = ["register", "request-password-reset", "reset-password", "register"];
  for (const call of calls) expect(await edge.call(`POST /v1/auth/${call}`, { json: {} })).toMatchObject({ status: 200 });
  for (const call of calls) expect(await edge.call(`POST /v1/auth/${call}`, { json: {} })).toMatchObject(tooMany);
});

test("nothing else is limited by them", async () => {
  expect(await edge.call("POST /v1/auth/refresh", { json: { refreshToken: "r" } })).toMatchObject({ status: 200 });
});
