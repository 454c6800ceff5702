import http2 from "node:http2";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { until } from "./testing/envoy.ts";
import { fakeHttp, type FakeHttp } from "./testing/services.ts";

let web: FakeHttp;
let edge: TestEdge;
let proxied: TestEdge;
beforeAll(async () => {
  web = await fakeHttp(() => undefined);
  edge = await startEdge({ loginsPerMinute: 3, accountCallsPerMinute: 60, accountCallsBurst: 4 });
  const few = { loginsPerMinute: 2, accountCallsPerMinute: 2, accountFormsPerMinute: 2 };
  proxied = await startEdge({ trustedHops: 1, web: ["127.0.0.1", web.port], ...few });
});
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  await Promise.all([edge.stop(), proxied.stop()]);
  await web.stop();
});

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

test("calls that send mail or hash passwords share a small burst, which fills again one by one", async () => {
  const calls = ["register", "request-password-reset", "reset-password"];
  const many = Array.from({ length: 30 }, (_, i) => edge.call(`POST /v1/auth/${calls[i % 3]}`, { json: {} }));
  const refused = (await Promise.all(many)).filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(20); // 26, less one token per second that a slow machine takes
  expect(refused[0]).toMatchObject({ ...tooMany, headers: { "retry-after": "1" } });
  await until(async () => (await edge.call("POST /v1/auth/register", { json: {} })).status === 200);
});

test("nothing else is limited by them", async () => {
  expect(await edge.call("POST /v1/auth/refresh", { json: { refreshToken: "r" } })).toMatchObject({ status: 200 });
});

describe("behind a proxy that is trusted", () => {
  const from = (address: string) => ({ "x-forwarded-for": address });
  const login = (address: string) => proxied.call("POST /v1/auth/login", { json: {}, headers: from(address) });
  const spend = async (line: string, address: string) => {
    const answers = [1, 2, 3].map(() => proxied.call(line, { body: "{}", headers: from(address) }));
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([200, 200, 429]);
  };

  test("two people have a limit each, by what the proxy says and not by what they say", async () => {
    await spend("POST /v1/auth/login", "198.51.100.1");
    expect(await login("198.51.100.77, 198.51.100.1")).toMatchObject(tooMany);
    expect(await login("198.51.100.2")).toMatchObject({ status: 200 });
    expect(await login("198.51.100.1, 198.51.100.3")).toMatchObject({ status: 200 });
  });

  test("more than twenty others make nobody's limit new", async () => {
    await spend("POST /v1/auth/login", "198.51.100.9");
    for (let i = 0; i < 40; i++) expect(await login(`203.0.113.${i}`)).toMatchObject({ status: 200 });
    expect(await login("198.51.100.9")).toMatchObject(tooMany);
  });

  test("who has a /64 of IPv6 has one limit for all of it", async () => {
    await spend("POST /v1/auth/login", "2001:db8:0:1::1");
    expect(await login("2001:db8:0:1:ffff::2")).toMatchObject(tooMany);
    expect(await login("2001:db8:0:2::1")).toMatchObject({ status: 200 });
  });

  const forms = ["entrar", "registro", "olvide", "links/reset-password", "cuenta/borrar", "cuenta/clave", "cuenta/correo"].flatMap(
    (form) => [form, `en/${form}`],
  );
  const spellings = ["entrar?next=%2Freservas", "%65ntrar", "/entrar", "cuenta/../entrar"];
  test.each([...forms, ...spellings].map((form, i) => [form, `192.0.2.${i}`]))(
    "/%s is one of the web's limited forms",
    async (form, address) => {
      await spend("POST /registro", address);
      expect(await proxied.call(`POST /${form}`, { headers: from(address) })).toMatchObject({ status: 429 });
      expect(await proxied.call("GET /entrar", { headers: from(address) })).toMatchObject({ status: 200 });
    },
  );
});

test("who asks too much is refused before a body is read, and takes nothing from the others", async () => {
  const strict = await startEdge({ trustedHops: 1, requestsPerAddressPerSecond: 1 });
  ends.push(() => strict.stop());
  const session = http2.connect(strict.url, { rejectUnauthorized: false });
  ends.push(() => session.destroy());
  const headers = { ":method": "POST", ":path": "/v1/auth/refresh", "content-length": "100", "x-forwarded-for": "198.51.100.20" };
  const refused = await new Promise<http2.IncomingHttpHeaders>((resolve) => {
    for (let i = 0; i < 30; i++) {
      const stream = session.request(headers).on("error", () => {}); // none is ever ended
      stream.on("response", resolve).write("{");
    }
  });
  expect(refused).toMatchObject({ ":status": 429, "retry-after": "1" });
  const other = await strict.call("GET /v1/services", { headers: { "x-forwarded-for": "198.51.100.21" } });
  expect(other).toMatchObject({ status: 200 });
});
