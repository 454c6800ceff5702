import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { fakeHttp, type FakeHttp } from "./testing/services.ts";

let web: FakeHttp;
let edge: TestEdge;
beforeAll(async () => {
  web = await fakeHttp(() => undefined);
  edge = await startEdge({ web: ["127.0.0.1", web.port], accountFormsPerMinute: 3 });
});
afterAll(async () => {
  await edge.stop();
  await web.stop();
});

test("pages need no token, and bodies are the web's to limit", async () => {
  expect((await edge.call("GET /reservas?dia=hoy", { token: "nonsense" })).bytes.toString()).toBe("GET /reservas?dia=hoy");
  expect(await edge.call("POST /perfil/foto", { body: Buffer.alloc(300 * 1024) })).toMatchObject({ status: 200 });
});

test("mailed links are pages, query and all", async () => {
  const answer = await edge.call("GET /links/verify-email?token=one-time");
  expect(answer.bytes.toString()).toBe("GET /links/verify-email?token=one-time");
});

test.each([
  "GET /v1",
  "GET /v1/nothing",
  "POST /lacio.auth.v1.AuthService/GetRegistration",
  "POST /lacio.none.v1.None/Get",
  "POST /grpc.health.v1.Health/Check",
  "GET /webhooks/stripe",
])("%s is the API's and never a page", async (line) => {
  expect(await edge.call(line)).toMatchObject({ status: 404, headers: { "content-type": "application/json" } });
});

test("the API is where it was", async () => {
  expect(await edge.call("GET /v1/services")).toMatchObject({ status: 200, body: { services: [{ name: "Alisado" }] } });
  const preflight = { origin: "https://lacio.example", "access-control-request-method": "POST" };
  expect(await edge.call("OPTIONS /v1/bookings", { headers: preflight })).toMatchObject({
    status: 200,
    headers: { "access-control-allow-origin": "https://lacio.example" },
  });
});

describe("a browser", () => {
  const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  test("that sends too many account forms is told so by a page; the others go on", async () => {
    const form = { headers, body: Buffer.from("correo=ana@example.com") };
    for (let i = 0; i < 3; i++) expect(await edge.call("POST /entrar?next=%2Freservas", form)).toMatchObject({ status: 200 });
    const refused = await edge.call("POST /en/registro", form);
    expect(refused).toMatchObject({ status: 429, headers: { "content-type": "text/html; charset=utf-8", "retry-after": "20" } });
    expect(refused.bytes.toString()).toContain("Vas muy rápido");
    expect(await edge.call("GET /entrar", { headers })).toMatchObject({ status: 200 });
    expect(await edge.call("POST /reservar/keratina", form)).toMatchObject({ status: 200 });
  });

  test("finds the salon's own words when the web is away, with the request's id; a program finds JSON", async () => {
    await web.stop();
    const answer = await edge.call("GET /reservas", { headers });
    expect(answer).toMatchObject({ status: 503, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" } });
    expect(answer.bytes.toString()).toContain("Volvemos en un momento");
    expect(answer.bytes.toString()).toContain(answer.headers["x-request-id"]);
    expect(answer.bytes.toString()).not.toContain("%%");
    expect(await edge.call("GET /reservas")).toMatchObject({ status: 503, headers: { "content-type": "application/json" } });
  });
});
