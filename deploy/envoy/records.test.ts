import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { until } from "./testing/envoy.ts";
import { person } from "./testing/tokens.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

test("a request has one id, of the edge's making, with the service, the caller and the log", async () => {
  const token = await edge.issuer.token();
  const { headers } = await edge.call("GET /v1/bookings/b1", { token, headers: { "x-request-id": "mine" } });
  const id = headers["x-request-id"];
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(edge.services.last(BookingService.method.getBooking).headers.get("x-request-id")).toBe(id);
  await until(() => edge.envoy.requests().some(({ requestId }) => requestId === id));
  expect(edge.envoy.requests().find(({ requestId }) => requestId === id)).toMatchObject({
    service: "edge",
    method: "GET",
    path: "/v1/bookings/b1",
    rpc: "/lacio.booking.v1.BookingService/GetBooking",
    status: 200,
    grpcStatus: "OK",
    upstream: "booking",
    user: person,
  });
});

test("neither the log nor a trace has query strings: a link's token is a secret", async () => {
  const traceId = "1bf7651916cd43dd8448eb211c80319d";
  const traced = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  const { headers } = await edge.call("GET /links/verify-email?token=one-time", { headers: traced });
  const line = () => edge.envoy.requests().find(({ requestId }) => requestId === headers["x-request-id"]);
  await until(() => line() !== undefined);
  expect(line()).toMatchObject({ path: "/links/verify-email" });
  expect(JSON.stringify(line())).not.toContain("one-time");
  const spans = () => edge.plain.to("/v1/traces").filter(({ body }) => body.includes(Buffer.from(traceId, "hex")));
  await until(() => spans().some(({ body }) => body.includes("/links/verify-email")));
  for (const { body } of spans()) expect(body.includes("one-time")).toBe(false);
});

test("the caller's trace goes on through the edge, which reports its own span", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  await edge.call("GET /v1/bookings/b2", { token: await edge.issuer.token(), headers });
  const received = edge.services.last(BookingService.method.getBooking).headers.get("traceparent");
  expect(received).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  await until(() => edge.plain.to("/v1/traces").some(({ body }) => body.includes(Buffer.from(traceId, "hex"))));
});

test("the ops port tells life, readiness and metrics, and nothing else of Envoy's admin interface", async () => {
  const get = (path: string) => fetch(edge.opsUrl + path);
  expect((await get("/livez")).status).toBe(200);
  expect((await get("/readyz")).status).toBe(200);
  expect(await (await get("/metrics")).text()).toContain("envoy_http_downstream_rq_total");
  expect((await get("/config_dump")).status).toBe(404);
  expect((await fetch(`${edge.opsUrl}/readyz`, { method: "POST" })).status).toBe(404);
});
