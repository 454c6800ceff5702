import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import type { Request } from "./testing/call.ts";
import { fakeHttp, type FakeHttp } from "./testing/services.ts";

let web: FakeHttp;
let edge: TestEdge;
let token: string;
beforeAll(async () => {
  web = await fakeHttp(() => ({ keys: [] }));
  edge = await startEdge({ web: ["127.0.0.1", web.port], loginsPerMinute: 1 });
  token = await edge.issuer.token();
});
afterAll(async () => {
  await edge.stop();
  await web.stop();
});

const everywhere = { "x-content-type-options": "nosniff", "strict-transport-security": "max-age=31536000; includeSubDomains" };
const tooMuch = Buffer.alloc(300 * 1024);
const connectGet = "/lacio.staff.v1.StaffService/ListServices?connect=v1&encoding=json&message=%7B%7D";

test.each<[string, number, Request]>([
  ["POST /v1/auth/login", 200, { json: {} }],
  ["POST /v1/auth/login", 429, { json: {} }],
  ["POST /lacio.auth.v1.AuthService/Refresh", 200, { json: {} }],
  ["GET /v1/services", 200, {}],
  [`GET ${connectGet}`, 200, {}],
  ["GET /v1/bookings/b1", 200, {}],
  ["GET /v1/bookings/b1", 401, { token: "nonsense" }],
  [
    "POST /lacio.booking.v1.BookingService/GetBooking",
    200,
    { headers: { "content-type": "application/grpc", te: "trailers" }, token: "x" },
  ],
  ["POST /v1/skills", 400, { json: { name: "Keratina" } }],
  ["POST /v1/skills", 413, { body: tooMuch }],
  ["GET /v1/invoices/i1/pdf", 200, {}],
  ["GET /v1/notifications", 503, {}],
  ["GET /v1/nothing", 404, {}],
  ["POST /lacio.none.v1.None/Get", 404, {}],
  ["POST /webhooks/stripe", 200, { json: {} }],
  ["POST /webhooks/stripe", 413, { body: tooMuch }],
  ["POST /reservar/keratina", 413, { body: tooMuch }],
  ["POST /reservar/keratina", 413, { body: tooMuch, headers: { accept: "text/html" } }],
])("%s, answered %d, stays in no cache and is what it says it is", async (line, status, request) => {
  const answer = await edge.call(line, { token, ...request });
  expect(answer).toMatchObject({ status, headers: { "cache-control": "no-store", ...everywhere } });
});

test("keys may be kept as long as auth says", async () => {
  const { headers } = await edge.call("GET /.well-known/jwks.json");
  expect(headers).toMatchObject({ "cache-control": "public, max-age=60", ...everywhere });
});

test("the web says itself what may be kept", async () => {
  const { headers } = await edge.call("GET /favicon.svg");
  expect(headers).toMatchObject(everywhere);
  expect(headers).not.toHaveProperty("cache-control");
});
