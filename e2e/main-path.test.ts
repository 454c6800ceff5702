import path from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { asService, clientFor, mails, sharedSystem, signUp, until } from "@lacio/testkit/testing";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { BookingService, Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { readFileSync } from "node:fs";
import { reasonOf, rest, type Rest } from "./rest.ts";
import { at, decide, ensureNumbering, openSalon, zone, type Salon } from "./salon.ts";

const system = sharedSystem();
const tomorrow = Temporal.Now.plainDateISO(zone).add({ days: 1 }).toString();
let salon: Salon;

beforeAll(async () => {
  await ensureNumbering(system);
  salon = await openSalon(system, { phases: [60], stylists: 1 });
});

type Answer = Record<string, unknown>;
type Slot = { start: string; end: string; staffId: string; staffName: string };

describe("from a call to an invoice in the mailbox", () => {
  test("by REST, as in the README", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const registered = await rest(system).post<{
      accessToken: string;
      refreshToken: string;
      expiresIn: number;
      user: { id: string; role: string };
    }>("/v1/auth/register", {
      email,
      password: "una clave larga",
      name: "Sofía Ñáñez",
      phone: "+57 300 555 0101",
      locale: "es",
    });
    expect(registered.body).toMatchObject({ expiresIn: 600, user: { role: "CLIENT" } });
    const mine = rest(system, registered.body.accessToken);

    const { body: free } = await rest(system).get<{ slots: Slot[] }>(`/v1/availability?serviceId=${salon.serviceId}&date=${tomorrow}`);
    expect(free.slots[0]).toMatchObject({ staffId: salon.staffIds[0], start: at(1, "08:00").toISOString().replace(".000Z", "Z") });

    const key = { "idempotency-key": crypto.randomUUID() };
    const wish = { serviceId: salon.serviceId, desiredStart: free.slots[0]!.start };
    const booked = await mine.post<{
      bookingId: string;
      status: string;
      price: { minorUnits: string; currencyCode: string };
      staffId: string;
      expiresAt: string;
    }>("/v1/bookings", wish, key);
    expect(booked.body).toMatchObject({
      status: "PENDING_PAYMENT",
      price: { currencyCode: "COP", minorUnits: "12000000" },
      staffId: salon.staffIds[0],
    });
    expect((await mine.post("/v1/bookings", wish, key)).body).toEqual(booked.body);
    const { bookingId } = booked.body;

    const paying = await mine.post<{ paymentId: string; checkoutUrl: string }>(`/v1/bookings/${bookingId}/pay`);
    expect(await decide(paying.body.checkoutUrl, "approve")).toContain(bookingId);

    await confirmed(mine, bookingId);
    const invoice = await until(
      async () =>
        (
          await mine.get<{
            invoices: {
              invoiceId: string;
              number: string;
              total: { minorUnits: string };
              base: { minorUnits: string };
              iva: { minorUnits: string };
            }[];
          }>("/v1/invoices")
        ).body.invoices[0],
    );
    expect(invoice.number).toMatch(/^SETP\d{9}$/);
    expect(Number(invoice.base.minorUnits) + Number(invoice.iva.minorUnits)).toBe(12_000_000);
    const pdf = await mine.get(`/v1/invoices/${invoice.invoiceId}/pdf`);
    expect([pdf.status, pdf.headers.get("content-type"), pdf.bytes.subarray(0, 5).toString()]).toEqual([200, "application/pdf", "%PDF-"]);

    const [mail] = await until(async () => {
      const found = (await mails(system, email)).filter(({ attachments }) => attachments.length > 0);
      return found.length > 0 && found;
    });
    expect(mail!.attachments[0]).toMatchObject({ contentType: "application/pdf" });
    expect(mail!.attachments[0]!.bytes.subarray(0, 5).toString()).toBe("%PDF-");
    expect(mail!.text).toContain("hora de Bogotá");
  });

  test("by a stock gRPC client with the proto files", async () => {
    const client = await signUp(system);
    const root = path.resolve(import.meta.dirname, "../proto");
    const definition = loadSync("lacio/booking/v1/booking_service.proto", {
      includeDirs: [root, path.join(root, "vendor")],
      longs: String,
      enums: String,
    });
    const Stub = grpc.makeGenericClientConstructor(
      definition["lacio.booking.v1.BookingService"] as grpc.ServiceDefinition,
      "BookingService",
    );
    const stub = new Stub(new URL(system.urls.edge!).host, grpc.credentials.createSsl(readFileSync(system.certificate)));
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${client.accessToken}`);
    const call = (method: string, request: object) =>
      new Promise<Answer>((resolve, reject) => {
        const invoke = stub[method]!.bind(stub) as (
          request: object,
          metadata: grpc.Metadata,
          done: (error: Error | null, answer: Answer) => void,
        ) => void;
        invoke(request, metadata, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    const seconds = String(at(1, "10:00").getTime() / 1_000);
    const booked = await call("createBooking", { serviceId: salon.serviceId, desiredStart: { seconds } });
    expect(booked).toMatchObject({ status: "PENDING_PAYMENT" });
    expect(await call("getBooking", { bookingId: booked.bookingId })).toMatchObject({ booking: { status: "PENDING_PAYMENT" } });
    await expect(call("getBooking", { bookingId: crypto.randomUUID() })).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    stub.close();
  });

  test("by Connect, JSON and binary, on the same host", async () => {
    const client = await signUp(system);
    // Each on its own day: availability is eventually consistent, and may still list a cancelled time as busy.
    for (const [useBinaryFormat, daysAhead] of [
      [true, 3],
      [false, 4],
    ] as const) {
      const transport = createConnectTransport({
        httpVersion: "1.1",
        baseUrl: system.urls.edge!,
        useBinaryFormat,
        interceptors: [
          (next) => (req) => {
            req.header.set("authorization", `Bearer ${client.accessToken}`);
            return next(req);
          },
        ],
      });
      const date = Temporal.Now.plainDateISO(zone).add({ days: daysAhead }).toString();
      const { slots } = await createClient(AvailabilityService, transport).getAvailability({ serviceId: salon.serviceId, date });
      const booked = await createClient(BookingService, transport).createBooking({
        serviceId: salon.serviceId,
        desiredStart: slots.at(-1)!.start,
      });
      expect(booked.status).toBe(Booking_Status.PENDING_PAYMENT);
      await createClient(BookingService, transport).cancelBooking({ bookingId: booked.bookingId });
    }
  });

  test("what belongs to somebody else does not exist", async () => {
    const [mine, other] = [await signUp(system), await signUp(system)];
    const { bookingId } = await clientFor(BookingService, system, mine.accessToken).createBooking({
      serviceId: salon.serviceId,
      desiredStart: { seconds: BigInt(at(2, "10:00").getTime() / 1_000), nanos: 0 } as never,
    });
    const stranger = rest(system, other.accessToken);
    const theirs = await stranger.get(`/v1/bookings/${bookingId}`);
    const missing = await stranger.get(`/v1/bookings/${crypto.randomUUID()}`);
    expect([theirs.status, reasonOf(theirs), theirs.body]).toEqual([404, "not_found", missing.body]);
    for (const [verb, suffix] of [
      ["post", "/cancel"],
      ["post", "/pay"],
    ] as const)
      expect((await stranger[verb](`/v1/bookings/${bookingId}${suffix}`)).status).toBe(404);
  });

  test("a service's token opens nothing at the edge", async () => {
    const answer = await rest(system, asService("payments", system)).get("/v1/bookings");
    expect(answer.status).toBe(401);
    expect(
      await clientFor(InvoiceService, system, asService("payments", system))
        .listInvoices({})
        .catch((error: Error) => error.message),
    ).toContain("permission_denied");
  });
});

async function confirmed(mine: Rest, bookingId: string): Promise<void> {
  await until(
    async () => (await mine.get<{ booking: { status: string } }>(`/v1/bookings/${bookingId}`)).body.booking.status === "CONFIRMED",
  );
}
