import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fromBinary, toBinary, create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import grpc from "@grpc/grpc-js";
import {
  BookingService,
  GetBookingRequestSchema,
  GetBookingResponseSchema,
  type GetBookingResponse,
} from "@lacio/proto/booking/v1/booking_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { startEdge, type TestEdge } from "./testing/edge.ts";

let edge: TestEdge;
let token: string;
beforeAll(async () => {
  edge = await startEdge();
  token = await edge.issuer.token();
});
afterAll(() => edge.stop());

const nodeOptions = { rejectUnauthorized: false };
describe.each([
  ["Connect, JSON, HTTP/1.1", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1", nodeOptions })],
  ["Connect, binary, HTTP/2", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "2", useBinaryFormat: true, nodeOptions })],
  ["Connect, GET", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "2", useHttpGet: true, nodeOptions })],
  ["gRPC", () => createGrpcTransport({ baseUrl: edge.url, nodeOptions })],
  ["gRPC-Web", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "1.1", nodeOptions })],
])("%s", (_protocol, transport) => {
  test("calls on the same host, signed in and not", async () => {
    const { services } = await createClient(StaffService, transport()).listServices({});
    expect(services[0]).toMatchObject({ name: "Alisado", price: { minorUnits: 18_000_000n } });
    const headers = { authorization: `Bearer ${token}` };
    const { booking } = await createClient(BookingService, transport()).getBooking({ bookingId: "b7" }, { headers });
    expect(booking).toMatchObject({ bookingId: "b7" });
  });
});

describe("a stock gRPC client", () => {
  const getBooking = (metadata: grpc.Metadata) =>
    new Promise<GetBookingResponse>((resolve, reject) => {
      const trusting = grpc.credentials.createSsl(null, null, null, { rejectUnauthorized: false });
      const client = new grpc.Client(edge.url.replace("https://", ""), trusting);
      client.makeUnaryRequest(
        "/lacio.booking.v1.BookingService/GetBooking",
        (bookingId: string) => Buffer.from(toBinary(GetBookingRequestSchema, create(GetBookingRequestSchema, { bookingId }))),
        (bytes) => fromBinary(GetBookingResponseSchema, bytes),
        "b8",
        metadata,
        (error, answer) => {
          client.close();
          if (error) reject(error);
          else resolve(answer!);
        },
      );
    });

  test("gets its answer", async () => {
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${token}`);
    expect(await getBooking(metadata)).toMatchObject({ booking: { bookingId: "b8" } });
  });

  test("gets gRPC's own status without a token", async () => {
    await expect(getBooking(new grpc.Metadata())).rejects.toMatchObject({
      code: grpc.status.UNAUTHENTICATED,
      details: "Jwt is missing",
    });
  });
});

describe("a page of another origin", () => {
  const preflight = (path: string, origin: string) =>
    edge.call(`OPTIONS ${path}`, {
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
      },
    });

  test.each(["/v1/bookings", "/lacio.booking.v1.BookingService/CreateBooking"])("may ask for %s when it is the web's", async (path) => {
    const { status, headers } = await preflight(path, "https://lacio.example");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "https://lacio.example",
      "access-control-allow-methods": expect.stringContaining("PATCH"),
      "access-control-allow-headers": expect.stringContaining("idempotency-key"),
    });
  });

  test("may not when it is a stranger's", async () => {
    expect((await preflight("/v1/bookings", "https://evil.example")).headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("may read answers and refusals alike", async () => {
    const headers = { origin: "https://lacio.example" };
    for (const [line, status] of [
      ["GET /v1/services", 200],
      ["GET /v1/bookings/b1", 401],
      ["GET /v1/nothing", 404],
    ] as const) {
      expect(await edge.call(line, { headers })).toMatchObject({
        status,
        headers: { "access-control-allow-origin": "https://lacio.example" },
      });
    }
  });
});
