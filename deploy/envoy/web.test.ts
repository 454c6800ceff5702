import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { fakeHttp, type FakeHttp } from "./testing/services.ts";

let web: FakeHttp;
let edge: TestEdge;
beforeAll(async () => {
  web = await fakeHttp(() => undefined);
  edge = await startEdge({ web: ["127.0.0.1", web.port] });
});
afterAll(async () => {
  await edge.stop();
  await web.stop();
});

test("pages need no token, and bodies are the web's to limit", async () => {
  expect((await edge.call("GET /reservas?dia=hoy", { token: "nonsense" })).bytes.toString()).toBe("GET /reservas?dia=hoy");
  expect(await edge.call("POST /perfil/foto", { body: Buffer.alloc(300 * 1024) })).toMatchObject({ status: 200 });
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
