import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { edgeTable } from "./edge-table.ts";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { now, person } from "./testing/tokens.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

const bad: [what: string, token: () => Promise<string | undefined>][] = [
  ["no token", async () => undefined],
  ["an expired token", () => edge.issuer.token({ exp: now() - 60 })],
  ["a token without end", () => edge.issuer.token({ exp: undefined })],
  ["a token signed by a foreign key", () => edge.issuer.foreignToken()],
  ["an altered token", async () => altered(await edge.issuer.token())],
  ["an unsigned token", async () => unsigned(await edge.issuer.token())],
  ["a token for another audience", () => edge.issuer.token({ aud: "elsewhere" })],
  ["a service's token", () => edge.issuer.token({ iss: "https://kubernetes.default.svc" })],
];

describe.each(bad)("%s", (_what, token) => {
  test("is refused in REST's form", async () => {
    expect(await edge.call("GET /v1/bookings/b1", { token: await token() })).toMatchObject({
      status: 401,
      body: {
        code: 16,
        message: expect.stringContaining("Jwt"),
        details: [{ reason: "token_invalid", domain: "lacio" }],
      },
    });
  });

  test("is refused in Connect's and in gRPC's form", async () => {
    const line = "POST /lacio.booking.v1.BookingService/GetBooking";
    expect(await edge.call(line, { token: await token(), json: {} })).toMatchObject({
      status: 401,
      body: { code: "unauthenticated", message: expect.stringContaining("Jwt") },
    });
    const headers = { "content-type": "application/grpc", te: "trailers" };
    expect(await edge.call(line, { token: await token(), headers, body: Buffer.alloc(5) })).toMatchObject({
      status: 200,
      headers: { "grpc-status": "16", "grpc-message": expect.stringContaining("Jwt") },
    });
  });

  test("does not keep anybody from signing in", async () => {
    const json = { refreshToken: "r" };
    expect(await edge.call("POST /v1/auth/refresh", { token: await token(), json })).toMatchObject({
      status: 200,
      body: { accessToken: "a2" },
    });
  });
});

test("nothing of all that reached the service", async () => {
  expect(edge.services.calls.filter(({ method }) => method === BookingService.method.getBooking.name)).toEqual([]);
});

test("a good token passes and reaches the service, which verifies it again", async () => {
  const token = await edge.issuer.token();
  expect(await edge.call("GET /v1/bookings/b1", { token })).toMatchObject({ status: 200 });
  const { headers } = edge.services.last(BookingService.method.getBooking);
  expect(headers.get("authorization")).toBe(`Bearer ${token}`);
  expect(headers.get("x-user-id")).toBe(person);
});

describe("headers that only the edge may write", () => {
  const forged = { "x-user-id": "admin", "x-user-role": "ADMIN", "x-lacio-caller": "booking", "x-envoy-original-path": "/v1/x" };

  test("are replaced for a signed-in caller", async () => {
    await edge.call("GET /v1/bookings/b1", { token: await edge.issuer.token(), headers: forged });
    const { headers } = edge.services.last(BookingService.method.getBooking);
    expect(headers.get("x-user-id")).toBe(person);
    expect(headers.get("x-user-role")).toBeNull();
    expect(headers.get("x-lacio-caller")).toBeNull();
  });

  test("are gone for an anonymous one", async () => {
    await edge.call("POST /lacio.auth.v1.AuthService/Refresh", { headers: forged, json: { refreshToken: "r" } });
    const { headers } = edge.services.last(AuthService.method.refresh);
    for (const name of Object.keys(forged)) expect(headers.get(name)).toBeNull();
  });

  test("do not choose where a request goes", async () => {
    expect(await edge.call("GET /v1/nothing", { headers: { "x-lacio-nowhere": "auth" } })).toMatchObject({ status: 404 });
  });
});

test.each(edgeTable().internal)("%s is not there, whoever asks", async (method) => {
  for (const token of [undefined, await edge.issuer.token({ role: "ADMIN" })]) {
    expect(await edge.call(`POST /${method}`, { token, json: {} })).toMatchObject({ status: 404, body: { code: "not_found" } });
  }
});

test.each(["grpc.health.v1.Health/Check", "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "lacio.none.v1.None/Get"])(
  "%s is not there",
  async (method) => {
    expect(await edge.call(`POST /${method}`, { json: {} })).toMatchObject({ status: 404, body: { code: "not_found" } });
  },
);

function altered(token: string): string {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload!, "base64url").toString()) as object;
  return [header, Buffer.from(JSON.stringify({ ...claims, role: "ADMIN" })).toString("base64url"), signature].join(".");
}

function unsigned(token: string): string {
  return [Buffer.from('{"alg":"none"}').toString("base64url"), token.split(".")[1], ""].join(".");
}
