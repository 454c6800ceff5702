import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { until } from "./testing/envoy.ts";

const keys = { published: false };
let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge({}, keys);
});
afterAll(() => edge.stop());

test("while auth publishes no keys a good token is answered 503, not 401, and passes as soon as it does", async () => {
  const token = await edge.issuer.token();
  expect(await edge.call("GET /v1/bookings/b1", { token })).toMatchObject({
    status: 503,
    body: { code: 14, message: "try again shortly", details: [{ reason: "unavailable", domain: "lacio" }] },
  });
  expect(await edge.call("POST /lacio.booking.v1.BookingService/GetBooking", { token, json: {} })).toMatchObject({
    status: 503,
    body: { code: "unavailable", message: "try again shortly" },
  });
  expect(await edge.call("GET /v1/services")).toMatchObject({ status: 200 });
  keys.published = true;
  await until(async () => (await edge.call("GET /v1/bookings/b1", { token })).status === 200);
});
