import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { until } from "./testing/envoy.ts";
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

test("pages need no token", async () => {
  expect((await edge.call("GET /reservas?dia=hoy", { token: "nonsense" })).bytes.toString()).toBe("GET /reservas?dia=hoy");
});

test("forms reach the web whole, up to 64 KiB", async () => {
  const form = Buffer.alloc(64 * 1024, "a");
  expect(await edge.call("POST /reservas/r1/cancelar", { body: form })).toMatchObject({ status: 200 });
  expect(web.to("/reservas/r1/cancelar").map(({ body }) => body.equals(form))).toEqual([true]);
  const longer = await edge.call("POST /reservas/r2/cancelar", { body: Buffer.alloc(64 * 1024 + 1), headers: { accept: "text/html" } });
  expect(longer).toMatchObject({ status: 413, headers: { "content-type": "text/html; charset=utf-8" } });
  expect(longer.bytes.toString()).toContain("Es demasiado texto");
  expect(web.to("/reservas/r2/cancelar")).toEqual([]);
});

describe("a request that is slow to come", () => {
  let slow: TestEdge;
  let answer: (() => void) | undefined;
  const server = http.createServer((request, response) => (answer = () => void response.end("at last")));
  server.on("upgrade", (_request, socket) =>
    socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nreload"),
  );
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    slow = await startEdge({ web: ["127.0.0.1", (server.address() as AddressInfo).port], requestSeconds: 1, webSockets: true });
  });
  afterAll(async () => {
    await slow.stop();
    server.closeAllConnections();
    server.close();
  });

  test("ends when its time is over; one whose answer is slow goes on", async () => {
    const page = slow.call("POST /reservar/keratina", { body: "servicio=1" });
    await until(() => answer !== undefined);
    const unfinished = (path: string, accept: string) => {
      const session = http2.connect(slow.url, { rejectUnauthorized: false });
      const stream = session.request({ ":method": "POST", ":path": path, accept, "content-length": "100" });
      stream.write("a");
      return new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
        stream.on("response", resolve);
        stream.on("error", reject);
      }).finally(() => session.destroy());
    };
    expect(await unfinished("/entrar", "text/html")).toMatchObject({ ":status": 408, "content-type": "text/html; charset=utf-8" });
    expect(await unfinished("/v1/auth/login", "*/*")).toMatchObject({ ":status": 408, "content-type": "application/json" });
    answer!();
    expect((await page).bytes.toString()).toBe("at last");
  });

  test("is not meant by websockets, which only a development server has", async () => {
    const upgraded = async ({ url }: TestEdge) => {
      const socket = tls.connect({
        port: Number(new URL(url).port),
        host: "127.0.0.1",
        rejectUnauthorized: false,
        ALPNProtocols: ["http/1.1"],
      });
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
      let said = "";
      for await (const chunk of socket) if (/reload$|^HTTP\S+ [2-5]/.test((said += String(chunk)))) break;
      return said;
    };
    expect(await upgraded(slow)).toMatch(/^HTTP\/1.1 101 [^]*reload$/);
    expect(await upgraded(edge)).toMatch(/^HTTP\/1.1 4/);
  });
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
