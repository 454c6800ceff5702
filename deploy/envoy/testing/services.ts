import http from "node:http";
import type { AddressInfo } from "node:net";
import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BookingService, Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { BadRequestSchema, ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { HealthCheckResponse_ServingStatus, Health } from "@lacio/proto/grpc/health/v1/health";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { standInFor } from "@lacio/testkit/stand-in";

/** One h2c server that answers for every service, as connect-node does in the real ones, and remembers what it was asked. */
export async function fakeServices(): Promise<FakeServices> {
  const calls: Call[] = [];
  const heard = (request: object, { method, requestHeader }: HandlerContext) =>
    void calls.push({ method: method.name, request: { ...request }, headers: requestHeader });
  const { port, stop } = await standInFor((router) => routes(router, heard));
  return {
    port,
    calls,
    last: (method) => calls.findLast((call) => call.method === method.name)!,
    stop,
  };
}

function routes(router: ConnectRouter, heard: (request: object, context: HandlerContext) => void) {
  router.service(Health, { check: () => ({ status: HealthCheckResponse_ServingStatus.SERVING }) });
  router.service(AuthService, {
    login(request, context) {
      heard(request, context);
      return { accessToken: "a", refreshToken: "r", expiresIn: 600, user: { id: "someone", role: 1 } };
    },
    register(request, context) {
      heard(request, context);
      return {};
    },
    requestPasswordReset: () => ({}),
    resetPassword: () => ({}),
    refresh(request, context) {
      heard(request, context);
      return { accessToken: "a2" };
    },
    getRegistration: () => ({ email: "never@example.com" }),
  });
  router.service(StaffService, {
    listServices(request, context) {
      heard(request, context);
      return { services: [{ id: "alisado", name: "Alisado", price: { currencyCode: "COP", minorUnits: 18_000_000n } }] };
    },
    updateService(request, context) {
      heard(request, context);
      return { service: { id: request.serviceId, name: request.name ?? "unchanged" } };
    },
    createSkill(request) {
      const violation = { field: "name", description: "is taken", reason: "name_taken" };
      throw new ConnectError(`${request.name} is taken`, Code.InvalidArgument, undefined, [
        { desc: ErrorInfoSchema, value: { reason: "name_taken", domain: "lacio" } },
        { desc: BadRequestSchema, value: { fieldViolations: [violation] } },
      ]);
    },
  });
  router.service(BookingService, {
    createBooking(request, context) {
      heard(request, context);
      const { staffId, desiredStart: start } = request;
      const price = { currencyCode: "COP", minorUnits: 5_000_000n };
      return { bookingId: "b1", status: Booking_Status.PENDING_PAYMENT, staffId, start, price };
    },
    getBooking(request, context) {
      heard(request, context);
      return { booking: { bookingId: request.bookingId } };
    },
    listStaffBookings(request, context) {
      heard(request, context);
      return {};
    },
    cancelStaffBooking(request, context) {
      heard(request, context);
      return { booking: { bookingId: request.bookingId, status: Booking_Status.CANCELLED } };
    },
  });
  router.service(InvoiceService, {
    getInvoicePdf(_request, context) {
      context.responseHeader.set("content-disposition", 'inline; filename="SETP-1.pdf"');
      return { contentType: "application/pdf", data: pdf };
    },
  });
}

export const pdf = new TextEncoder().encode("%PDF-1.7 \u0000\u0001 not really one");

/** auth's and payments' plain HTTP side, and an OTLP collector. */
export async function fakeHttp(keys: () => object | undefined): Promise<FakeHttp> {
  const requests: HttpRequest[] = [];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks) });
    if (url === "/.well-known/jwks.json") {
      const jwks = keys();
      response
        .writeHead(jwks ? 200 : 503, { "content-type": "application/json", "cache-control": "public, max-age=60" })
        .end(JSON.stringify(jwks ?? {}));
    } else response.writeHead(200, { "content-type": "text/plain" }).end(`${method} ${url}`);
  };
  const server = http.createServer((request, response) => void answer(request, response).catch(() => response.destroy())); // who hangs up
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    to: (url) => requests.filter((request) => request.url === url),
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((done) => server.close(() => done()));
    },
  };
}

export interface FakeServices {
  port: number;
  calls: Call[];
  last(method: DescMethod): Call;
  stop(): Promise<void>;
}

export interface Call {
  method: string;
  request: Record<string, unknown>;
  headers: Headers;
}

export interface FakeHttp {
  port: number;
  requests: HttpRequest[];
  to(url: string): HttpRequest[];
  stop(): Promise<void>;
}

interface HttpRequest {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}
