import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { pdf } from "./testing/services.ts";

let edge: TestEdge;
let token: string;
beforeAll(async () => {
  edge = await startEdge();
  token = await edge.issuer.token();
});
afterAll(() => edge.stop());

test("POST: the JSON body becomes the request, headers reach the service", async () => {
  const json = { serviceId: "s1", desiredStart: "2026-12-01T09:00:00-05:00", staffId: "p1" };
  const answer = await edge.call("POST /v1/bookings", { token, json, headers: { "idempotency-key": "once" } });
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.body).toMatchObject({
    bookingId: "b1",
    status: "PENDING_PAYMENT",
    staffId: "p1",
    start: "2026-12-01T14:00:00Z",
    price: { currencyCode: "COP", minorUnits: "5000000" },
  });
  expect(edge.services.last(BookingService.method.createBooking).headers.get("idempotency-key")).toBe("once");
});

test("GET: path variables and query parameters, in both spellings, with + for a space", async () => {
  const query = "from=2026-12-01T00:00:00Z&pageSize=7&page_token=a+b%2Bc";
  expect(await edge.call(`GET /v1/staff/p7/bookings?${query}`, { token })).toMatchObject({
    status: 200,
    body: { bookings: [], nextPageToken: "" },
  });
  const { request } = edge.services.last(BookingService.method.listStaffBookings);
  expect(request).toMatchObject({ staffId: "p7", pageSize: 7, pageToken: "a b+c", from: { seconds: 1_796_083_200n } });
});

test("PATCH: two path variables and a body; an absent optional field stays absent", async () => {
  const cancelled = await edge.call("PATCH /v1/staff/p7/bookings/b9/cancel", { token, json: { reason: "enferma" } });
  expect(cancelled.body).toMatchObject({ booking: { bookingId: "b9", status: "CANCELLED" } });
  expect(edge.services.last(BookingService.method.cancelStaffBooking).request).toMatchObject({
    staffId: "p7",
    bookingId: "b9",
    reason: "enferma",
  });
  await edge.call("PATCH /v1/services/s3", { token, json: { bufferMinutes: 0 } });
  const { request } = edge.services.last(StaffService.method.updateService);
  expect(request).toMatchObject({ serviceId: "s3", bufferMinutes: 0 });
  expect(request).not.toHaveProperty("name");
});

test("a body without content-type is JSON all the same", async () => {
  const answer = await edge.call("POST /v1/auth/login", { body: '{"email":"ana@example.com","password":"secret12"}' });
  expect(answer.body).toEqual({ accessToken: "a", refreshToken: "r", expiresIn: 600, user: { id: "someone", role: "CLIENT" } });
  expect(edge.services.last(AuthService.method.login).request).toMatchObject({ email: "ana@example.com" });
});

test("a PDF comes as its bytes, with its headers", async () => {
  const answer = await edge.call("GET /v1/invoices/i1/pdf", { token });
  expect(answer).toMatchObject({
    status: 200,
    headers: { "content-type": "application/pdf", "content-disposition": 'inline; filename="SETP-1.pdf"' },
  });
  expect(answer.bytes.equals(pdf)).toBe(true);
});

test.each([
  ["an unknown query parameter", "GET /v1/services?utm=1", undefined],
  ["broken JSON", "POST /v1/auth/login", "{"],
  ["a wrong type", "POST /v1/auth/login", '{"email":{}}'],
])("%s is a malformed request", async (_what, line, body) => {
  expect(await edge.call(line, { body, headers: { "content-type": "application/json" } })).toMatchObject({
    status: 400,
    body: { code: 3, message: expect.any(String), details: [{ reason: "malformed_request", domain: "lacio" }] },
  });
});

test.each([["GET /v1/nothing/here"], ["DELETE /v1/bookings"], ["GET /v1"], ["GET /anything"], ["OPTIONS /v1/me"], ["GET /metrics"]])(
  "%s answers 404 in the REST form",
  async (line) => {
    expect(await edge.call(line)).toMatchObject({
      status: 404,
      headers: { "content-type": "application/json" },
      body: { code: 5, message: "no such call", details: [{ reason: "no_such_call", domain: "lacio" }] },
    });
  },
);
