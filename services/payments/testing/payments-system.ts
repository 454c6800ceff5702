import fs from "node:fs";
import http2 from "node:http2";
import path from "node:path";
import { create, fromBinary, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { fact, streamOf, subjectOf } from "@lacio/chassis/fact";
import { BookingService, Booking_Status, BookingSchema, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { v7 as uuidv7 } from "uuid";
import { endLeftovers } from "@lacio/testkit/processes/leftovers";
import { freePort } from "@lacio/testkit/processes/ports";
import type { Objects } from "@lacio/stripe-sandbox/testing/sandbox";
import { startSystem } from "@lacio/testkit/system";
import { adminToken, clientFor, signUp, sql, until } from "@lacio/testkit/testing";

export type PaymentsSystem = Awaited<ReturnType<typeof startPaymentsSystem>>;

/** payments, auth and the Stripe sandbox as real processes; this test plays booking: it answers GetBooking and publishes facts. */
export async function startPaymentsSystem(name: string, env: Record<string, string> = {}) {
  const dir = path.resolve(import.meta.dirname, "../../../.lacio/test", name);
  await endLeftovers(dir);
  fs.rmSync(dir, { recursive: true, force: true });
  const bookings = new Map<string, Booking>();
  const booking = await serveBookings(bookings);
  const system = await startSystem({
    dir,
    services: ["auth", "payments"],
    edge: false,
    fsync: false,
    serviceEnv: { payments: { BOOKING_URL: booking.url, ...env } },
  });
  const nc = await connect(natsAddress(system.urls.nats!));
  await (await jetstreamManager(nc)).streams.add({ name: streamOf("booking"), subjects: ["booking.>"] });
  const client = await signUp(system);
  const admin = await adminToken(system);
  const control = async (method: string, route: string, body?: object): Promise<unknown> =>
    (
      await fetch(`${system.urls.stripe}/_sandbox${route}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      })
    ).json();

  return {
    ...system,
    bookings,
    client,
    asClient: clientFor(PaymentsService, system, client.accessToken),
    asAdmin: clientFor(PaymentsService, system, admin),
    as: (token?: string) => clientFor(PaymentsService, system, token),
    sql: <Row>(text: string, values: unknown[] = []) => sql<Row>(system, "payments", text, values),

    /** An unpaid booking of the client. */
    book(wishes: Exclude<MessageInitShape<typeof BookingSchema>, Booking> = {}): string {
      const bookingId = uuidv7();
      const booking = create(BookingSchema, {
        bookingId,
        clientId: client.id,
        status: Booking_Status.PENDING_PAYMENT,
        price: { currencyCode: "COP", minorUnits: 18_000_000n },
        lines: [{ serviceName: "Keratina" }],
        expiresAt: timestampFromDate(new Date(Date.now() + 600_000)),
        ...wishes,
      });
      bookings.set(bookingId, booking);
      return bookingId;
    },

    /** A paid booking of the client. */
    async paid(): Promise<{ bookingId: string; paymentId: string }> {
      const bookingId = this.book();
      const { paymentId, checkoutUrl } = await this.asClient.startPayment({ bookingId });
      await this.decide(checkoutUrl, "approve");
      await until(async () => (await this.told(PaymentSucceededSchema, bookingId)).length === 1);
      return { bookingId, paymentId };
    },

    /** What a person does on the provider's page. */
    decide: (checkoutUrl: string, decision: "approve" | "decline" | "leave") =>
      fetch(checkoutUrl, { method: "POST", body: new URLSearchParams({ decision }), redirect: "manual" }),
    faults: (faults: object) => control("PUT", "/faults", faults),
    resend: (eventId: string, copies: number) => control("POST", `/events/${eventId}/resend`, { copies }),
    atStripe: async () => (await control("GET", "/objects")) as Objects,

    /** Publishes a fact as booking would; the same id again is the same event. */
    async publish<S extends DescMessage>(schema: S, bookingId: string, init: MessageInitShape<S>, id = uuidv7()): Promise<string> {
      const { subject, type, payload } = fact(schema, bookingId, init);
      const head = headers();
      for (const [key, value] of Object.entries({ "ce-id": id, "ce-type": type, "lacio-key": bookingId })) head.set(key, value);
      await jetstream(nc).publish(subject, payload, { headers: head });
      return id;
    },

    /** What payments told the others about a booking, oldest first. */
    async told<S extends DescMessage>(schema: S, bookingId: string): Promise<MessageShape<S>[]> {
      const rows = await sql<{ payload: Buffer }>(
        system,
        "payments",
        "select payload from outbox where subject = $1 and key = $2 order by seq",
        [subjectOf(schema), bookingId],
      );
      return rows.map(({ payload }) => fromBinary(schema, payload));
    },

    async stop() {
      await nc.close();
      await system.stop();
      await booking.stop();
    },
  };
}

/** The stable reason of a refused call. */
export const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "answered",
    (error: unknown) => ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason ?? String(error),
  );

async function serveBookings(bookings: Map<string, Booking>) {
  const sessions = new Set<http2.ServerHttp2Session>();
  const server = http2.createServer(
    connectNodeAdapter({
      routes: (router) =>
        void router.service(BookingService, {
          getBooking({ bookingId }) {
            const booking = bookings.get(bookingId);
            if (!booking) throw new ConnectError("There is no such booking.", Code.NotFound);
            return { booking };
          },
        }),
    }),
  );
  server.on("session", (session) => void sessions.add(session));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function natsAddress(address: string) {
  const { host, username: user, password: pass } = new URL(address);
  return { servers: host, user, pass };
}
