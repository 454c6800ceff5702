import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { serviceNames } from "@lacio/testkit/environment";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { mails, signUp, until } from "@lacio/testkit/testing";
import { rest } from "./rest.ts";
import { at, decide, ensureNumbering, openSalon } from "./salon.ts";
import { startCollector, type Collector } from "./trace/collector.ts";
import { chain, type Span } from "./trace/spans.ts";

// A client sends a traceparent, as the web's server does; the trace continues through the provider's webhook and all events.
const traceId = randomBytes(16).toString("hex");
const clientSpan = randomBytes(8).toString("hex");
const traced = { traceparent: `00-${traceId}-${clientSpan}-01` };

let collector: Collector;
let system: System;
let requests: { booking: string; paying: string };

const spans = (service: string, name?: string): Span[] =>
  ours().filter((span) => span.service === service && (!name || span.name === name));
const ours = (): Span[] => collector.spans.filter((span) => span.traceId === traceId);
const roots = (): Span[] => ours().filter(({ parentSpanId }) => !ours().some(({ spanId }) => spanId === parentSpanId));
const isEdge = ({ service }: Span): boolean => service === "edge";
const chainTo = (service: string, name: string): string[] => chain(spans(service, name)[0]!, collector.spans);

await beforeTests(
  async () => {
    collector = await startCollector();
    system = await startSystem({
      fsync: false,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
      serviceEnv: Object.fromEntries(serviceNames.map((name) => [name, { OTEL_SERVICE_NAME: name }])),
      edge: { otlp: ["127.0.0.1", collector.port], traceSharePercent: 100 },
    });
    await ensureNumbering(system);
    const salon = await openSalon(system);
    const client = await signUp(system);
    const mine = rest(system, client.accessToken);

    const wish = { serviceId: salon.serviceId, desiredStart: at(1, "10:00").toISOString() };
    const booked = await mine.post<{ bookingId: string }>("/v1/bookings", wish, { ...traced, "idempotency-key": crypto.randomUUID() });
    const paying = await mine.post<{ checkoutUrl: string }>(`/v1/bookings/${booked.body.bookingId}/pay`, {}, traced);
    await decide(paying.body.checkoutUrl, "approve");
    await until(async () => (await mails(system, client.email)).some(({ attachments }) => attachments.length > 0));
    requests = { booking: booked.headers.get("x-request-id")!, paying: paying.headers.get("x-request-id")! };
    // Processes export spans at their own intervals: complete when both requests and both mails have spans, and no parent is missing.
    await until(() => spans("edge").length === 4 && spans("notification", "job send-mail").length === 2 && roots().every(isEdge));
  },
  async () => {
    await system?.stop();
    await collector?.stop();
  },
);

const booked = ["booking: lacio.booking.v1.BookingService/CreateBooking", "edge: router booking egress", "edge: ingress"];
const paid = [
  "booking: process payments.succeeded",
  // The provider sends two event types for one payment; the first that is processed settles it.
  expect.stringMatching(/^payments: process stripe (payment_intent\.succeeded|checkout\.session\.completed)$/) as unknown as string,
  "payments: lacio.payments.v1.PaymentsService/StartPayment",
  "edge: router payments egress",
  "edge: ingress",
];

describe("one trace of a paid booking", () => {
  test("begins at the client, twice at the edge", () => {
    expect(roots().map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ["ingress", clientSpan],
      ["ingress", clientSpan],
    ]);
  });

  test("booking asks availability and writes its statement", () => {
    const asked = "lacio.availability.v1.AvailabilityService/FindCandidates";
    expect(chainTo("availability", asked)).toEqual([`availability: ${asked}`, `booking: ${asked}`, ...booked]);
    expect(chainTo("booking", "pg.query:claim-slot-and-keep booking")).toEqual([
      "booking: pg.query:claim-slot-and-keep booking",
      ...booked,
    ]);
  });

  test("availability hears of the booking through the outbox", () => {
    expect(chainTo("availability", "process booking.created")).toEqual(["availability: process booking.created", ...booked]);
  });

  test("the payment leads through the provider, booking and invoice to the mail", () => {
    const confirmations = spans("notification", "job send-mail").map((span) => chain(span, collector.spans));
    expect(confirmations).toContainEqual([
      "notification: job send-mail",
      "notification: process invoice.issued",
      "invoice: job render-invoice",
      "invoice: process booking.paid",
      ...paid,
    ]);
    expect(confirmations).toContainEqual(["notification: job send-mail", "notification: process booking.paid", ...paid]);
  });
});

describe("every log line of it", () => {
  const lines = (service: string) =>
    system
      .logs(service)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test.each(["booking", "availability", "payments", "invoice", "notification", "users"])("in %s has both names", (service) => {
    const known = [requests.booking, requests.paying];
    const about = lines(service).filter((line) => line.trace_id === traceId || known.includes(String(line.request_id)));
    expect(about.length).toBeGreaterThan(0);
    for (const line of about) expect(line).toMatchObject({ trace_id: traceId, request_id: expect.any(String) as unknown });
    expect(known).toEqual(expect.arrayContaining([...new Set(about.map((line) => line.request_id))]));
  });

  test("at the edge has both names", () => {
    const about = lines("edge").filter((line) => line.traceId === traceId);
    expect(about.map((line) => line.requestId)).toEqual([requests.booking, requests.paying]);
  });
});
