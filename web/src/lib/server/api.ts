import {
  AUTH_URL,
  AVAILABILITY_URL,
  BOOKING_URL,
  INVOICE_URL,
  NOTIFICATION_URL,
  PAYMENTS_URL,
  REASSIGNMENT_URL,
  RPC_DEADLINE_MS,
  STAFF_URL,
  USERS_URL,
} from "$app/env/private";
import type { DescService } from "@bufbuild/protobuf";
import { createClient, type Client, type Transport } from "@connectrpc/connect";
import { nameOutages } from "@lacio/chassis/outages";
import { openSession, transportOver } from "@lacio/chassis/transport";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";

/** What a request forwards with its calls: the access token, and what correlates them in logs and traces. */
export type Caller = { accessToken: () => string | undefined; requestId: string; traceparent?: string; userAgent?: string };

export type Api = ReturnType<typeof apiFor>;

/** The RPC clients of one request. */
export const apiFor = (caller: Caller) => ({
  auth: clientOf(AuthService, AUTH_URL, caller),
  users: clientOf(UsersService, USERS_URL, caller),
  staff: clientOf(StaffService, STAFF_URL, caller),
  availability: clientOf(AvailabilityService, AVAILABILITY_URL, caller),
  booking: clientOf(BookingService, BOOKING_URL, caller),
  payments: clientOf(PaymentsService, PAYMENTS_URL, caller),
  invoice: clientOf(InvoiceService, INVOICE_URL, caller),
  notification: clientOf(NotificationService, NOTIFICATION_URL, caller),
  reassignment: clientOf(ReassignmentService, REASSIGNMENT_URL, caller),
});

function clientOf<S extends DescService>(service: S, url: string, caller: Caller): Client<S> {
  const shared = transportTo(url);
  const introduce = introducing(caller);
  const transport: Transport = {
    unary: (method, signal, timeoutMs, header, input, context) =>
      shared.unary(method, signal, timeoutMs, introduce(header), input, context),
    stream: (method, signal, timeoutMs, header, input, context) =>
      shared.stream(method, signal, timeoutMs, introduce(header), input, context),
  };
  return createClient(service, transport);
}

const introducing =
  ({ accessToken, requestId, traceparent, userAgent }: Caller) =>
  (given?: HeadersInit) => {
    const header = new Headers(given);
    const token = accessToken();
    if (token) header.set("authorization", `Bearer ${token}`);
    header.set("x-request-id", requestId);
    if (traceparent) header.set("traceparent", traceparent);
    if (userAgent) header.set("user-agent", userAgent);
    return header;
  };

// One h2c session per service, shared by all requests.
const transports = new Map<string, Transport>();
function transportTo(baseUrl: string): Transport {
  let transport = transports.get(baseUrl);
  if (!transport) {
    const session = openSession(baseUrl, { pingIntervalMs: 20_000, pingTimeoutMs: 5_000 });
    transport = transportOver(session, { interceptors: [nameOutages], defaultTimeoutMs: RPC_DEADLINE_MS });
    transports.set(baseUrl, transport);
  }
  return transport;
}
