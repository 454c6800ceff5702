import fs from "node:fs";
import path from "node:path";
import { fromBinary, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { fact, subjectOf } from "@lacio/chassis/fact";
import { Booking_Status, type Booking, type BookingSchema } from "@lacio/proto/booking/v1/booking_service";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { v7 as uuidv7 } from "uuid";
import { startBookingStandIn } from "@lacio/testkit/booking-stand-in";
import { endLeftovers } from "@lacio/testkit/processes/leftovers";
import type { Objects } from "@lacio/stripe-sandbox/testing/sandbox";
import { startPublisher } from "@lacio/testkit/publisher";
import { startSystem } from "@lacio/testkit/system";
import { adminToken, clientFor, signUp, sql, until } from "@lacio/testkit/testing";

export type PaymentsSystem = Awaited<ReturnType<typeof startPaymentsSystem>>;

/** payments, auth and the Stripe sandbox as real processes; this test plays booking: it answers GetBooking and publishes facts. */
export async function startPaymentsSystem(name: string, env: Record<string, string> = {}) {
  const dir = path.resolve(import.meta.dirname, "../../../.lacio/test", name);
  await endLeftovers(dir);
  fs.rmSync(dir, { recursive: true, force: true });
  const booking = await startBookingStandIn();
  const system = await startSystem({
    dir,
    services: ["auth", "payments"],
    edge: false,
    fsync: false,
    // A short lease: the jobs of a killed process are taken over soon.
    serviceEnv: { payments: { BOOKING_URL: booking.url, JOB_LEASE_SECONDS: "2", ...env } },
  });
  const publisher = await startPublisher(system.urls.nats!);
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
    bookings: booking.bookings,
    client,
    asClient: clientFor(PaymentsService, system, client.accessToken),
    asAdmin: clientFor(PaymentsService, system, admin),
    as: (token?: string) => clientFor(PaymentsService, system, token),
    sql: <Row>(text: string, values: unknown[] = []) => sql<Row>(system, "payments", text, values),

    /** An unpaid booking of the client. */
    book(wishes: Exclude<MessageInitShape<typeof BookingSchema>, Booking> = {}): string {
      const bookingId = uuidv7();
      booking.put({
        bookingId,
        clientId: client.id,
        status: Booking_Status.PENDING_PAYMENT,
        price: { currencyCode: "COP", minorUnits: 18_000_000n },
        lines: [{ serviceName: "Keratina" }],
        expiresAt: timestampFromDate(new Date(Date.now() + 600_000)),
        ...wishes,
      });
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
    publish: <S extends DescMessage>(schema: S, bookingId: string, init: MessageInitShape<S>, id?: string) =>
      publisher.publish(fact(schema, bookingId, init), id),

    /** The facts about a booking in payments' outbox, oldest first. */
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
      await publisher.stop();
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
