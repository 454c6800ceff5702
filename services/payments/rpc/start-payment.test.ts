import { beforeEach, describe, expect, test } from "@jest/globals";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { BookingCancelledSchema, BookingExpiredSchema } from "@lacio/proto/booking/v1/events";
import { PaymentFailedSchema, PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import { v7 as uuidv7 } from "uuid";
import { beforeTests } from "@lacio/testkit/before-tests";
import { signUp, until } from "@lacio/testkit/testing";
import { reasonOf, startPaymentsSystem, type PaymentsSystem } from "../testing/payments-system.ts";

let system: PaymentsSystem;
await beforeTests(
  async () => void (system = await startPaymentsSystem("payments-start", { RECONCILE_SECONDS: "2" })),
  () => system?.stop(),
);
beforeEach(() => system.faults({}));

describe("StartPayment", () => {
  test("opens a checkout, and the approved payment is told", async () => {
    const bookingId = system.book();
    const { paymentId, checkoutUrl } = await system.asClient.startPayment({ bookingId });
    const approved = await system.decide(checkoutUrl, "approve");
    expect(approved.headers.get("location")).toContain(`/pago/listo?booking=${bookingId}`);

    const [succeeded] = await until(async () => {
      const told = await system.told(PaymentSucceededSchema, bookingId);
      return told.length > 0 && told;
    });
    expect(succeeded).toMatchObject({ paymentId, bookingId, amount: { currencyCode: "COP", minorUnits: 18_000_000n } });
    const { payment } = await system.asClient.getPayment({ paymentId });
    expect(payment).toMatchObject({ status: Payment_Status.SUCCEEDED, failure: "", refunded: { minorUnits: 0n } });
    const { payments } = await system.asClient.listPayments({ bookingId });
    expect(payments.map((one) => one.paymentId)).toEqual([paymentId]);
    expect(await reasonOf(system.asClient.startPayment({ bookingId }))).toBe("already_paid");
  });

  test("twenty at once get the same payment and the same address", async () => {
    const bookingId = system.book();
    const answers = await Promise.all(Array.from({ length: 20 }, () => system.asClient.startPayment({ bookingId })));
    expect(new Set(answers.map((answer) => `${answer.paymentId} ${answer.checkoutUrl}`)).size).toBe(1);
    const { sessions } = await system.atStripe();
    expect(sessions.filter(({ client_reference_id: id }) => id === bookingId)).toHaveLength(1);
  });

  test("a declined card is told, and the same checkout takes the next one", async () => {
    const bookingId = system.book();
    const { paymentId, checkoutUrl } = await system.asClient.startPayment({ bookingId });
    await system.decide(checkoutUrl, "decline");
    await until(async () => (await system.told(PaymentFailedSchema, bookingId)).length === 1);
    const { payment } = await system.asClient.getPayment({ paymentId });
    expect(payment).toMatchObject({ status: Payment_Status.PENDING, failure: "Your card was declined." });
    expect(await system.asClient.startPayment({ bookingId })).toMatchObject({ paymentId, checkoutUrl });

    await system.decide(checkoutUrl, "approve");
    await until(async () => (await system.told(PaymentSucceededSchema, bookingId)).length === 1);
    expect(await system.told(PaymentFailedSchema, bookingId)).toEqual([
      expect.objectContaining({ paymentId, clientId: system.client.id, reason: "generic_decline" }),
    ]);
  });

  test.each<[string, () => string, string]>([
    ["a booking whose hold is over", () => system.book({ expiresAt: timestampFromDate(new Date(0)) }), "hold_expired"],
    ["an expired booking", () => system.book({ status: Booking_Status.EXPIRED }), "hold_expired"],
    ["a cancelled booking", () => system.book({ status: Booking_Status.CANCELLED }), "not_payable"],
    ["a free booking", () => system.book({ price: { currencyCode: "COP", minorUnits: 0n } }), "not_payable"],
    ["a confirmed booking", () => system.book({ status: Booking_Status.CONFIRMED }), "already_paid"],
    ["an unknown booking", () => uuidv7(), "not_found"],
    ["somebody else's booking", () => system.book({ clientId: uuidv7() }), "not_found"],
  ])("refuses %s", async (_, book, reason) => {
    expect(await reasonOf(system.asClient.startPayment({ bookingId: book() }))).toBe(reason);
  });

  test("an answer that Stripe spoilt after making the checkout costs a new attempt, not a payment", async () => {
    const bookingId = system.book();
    await system.faults({ api: { failNext: 1, afterEffect: true } });
    const { checkoutUrl } = await system.asClient.startPayment({ bookingId });
    await system.decide(checkoutUrl, "approve");
    await until(async () => (await system.told(PaymentSucceededSchema, bookingId)).length === 1);
    const { payments } = await system.asAdmin.listPayments({ bookingId });
    expect(payments.map(({ status }) => status)).toEqual([Payment_Status.SUCCEEDED, Payment_Status.FAILED]);
  });

  test("a connection that broke after Stripe made the checkout finds it again", async () => {
    const bookingId = system.book();
    await system.faults({ api: { failNext: 1, afterEffect: true, hangUp: true } });
    await system.asClient.startPayment({ bookingId });
    const { sessions } = await system.atStripe();
    expect(sessions.filter(({ client_reference_id: id }) => id === bookingId)).toHaveLength(1);
  });

  test("a crash before the checkout was written down finds the same checkout again", async () => {
    const bookingId = system.book();
    const first = await system.asClient.startPayment({ bookingId });
    await system.sql("update payment set session_id = null, checkout_url = null where id = $1", [first.paymentId]);
    expect(await system.asClient.startPayment({ bookingId })).toEqual(first);
    await system.sql("update payment set session_id = null, checkout_url = null where id = $1", [first.paymentId]);
    await system.asAdmin.reconcile({});
    const rows = await system.sql("select checkout_url from payment where id = $1", [first.paymentId]);
    expect(rows).toEqual([{ checkout_url: first.checkoutUrl }]);
  });

  test("says unavailable while Stripe is down, and works afterwards", async () => {
    const bookingId = system.book();
    await system.process("stripe-sandbox").kill();
    expect(await reasonOf(system.asClient.startPayment({ bookingId }))).toBe("unavailable");
    await system.process("stripe-sandbox").restart();
    expect(await reasonOf(system.asClient.startPayment({ bookingId }))).toBe("answered");
  });
});

describe("when the slot is gone", () => {
  const statusAtStripe = async (bookingId: string) =>
    (await system.atStripe()).sessions.find(({ client_reference_id: id }) => id === bookingId)?.status;

  test.each(["booking.expired", "booking.cancelled"])("%s closes the checkout", async (event) => {
    const bookingId = system.book();
    const { paymentId } = await system.asClient.startPayment({ bookingId });
    const init = { bookingId, clientId: system.client.id };
    if (event === "booking.expired") await system.publish(BookingExpiredSchema, bookingId, init);
    else await system.publish(BookingCancelledSchema, bookingId, init);
    await until(async () => (await statusAtStripe(bookingId)) === "expired");
    await until(async () => (await system.asClient.getPayment({ paymentId })).payment?.status === Payment_Status.FAILED);
  });

  test("the end of the hold closes the checkout even when nobody tells", async () => {
    const bookingId = system.book({ expiresAt: timestampFromDate(new Date(Date.now() + 1_500)) });
    await system.asClient.startPayment({ bookingId });
    await until(async () => (await statusAtStripe(bookingId)) === "expired");
    expect(await reasonOf(system.asClient.startPayment({ bookingId }))).toBe("hold_expired");
  });

  test("a payment that is faster than the closing counts", async () => {
    const bookingId = system.book();
    const { checkoutUrl } = await system.asClient.startPayment({ bookingId });
    await system.faults({ webhooks: "drop" });
    await system.decide(checkoutUrl, "approve");
    await system.publish(BookingExpiredSchema, bookingId, { bookingId });
    await until(async () => (await system.told(PaymentSucceededSchema, bookingId)).length === 1);
  });
});

describe("who may see payments", () => {
  test("the owner and an ADMIN; to a stranger they do not exist", async () => {
    const bookingId = system.book();
    const { paymentId } = await system.asClient.startPayment({ bookingId });
    const stranger = system.as((await signUp(system)).accessToken);
    expect(await reasonOf(stranger.getPayment({ paymentId }))).toBe("not_found");
    expect(await reasonOf(stranger.listPayments({ bookingId }))).toBe("not_found");
    expect(await reasonOf(stranger.startPayment({ bookingId }))).toBe("not_found");
    expect(await reasonOf(system.as().getPayment({ paymentId }))).toBe("unauthenticated");
    expect(await reasonOf(stranger.refundPayment({ paymentId, reason: "me" }))).toBe("forbidden");
    expect(await reasonOf(stranger.reconcile({}))).toBe("forbidden");
    expect((await system.asAdmin.getPayment({ paymentId })).payment?.bookingId).toBe(bookingId);
    expect((await system.asAdmin.startPayment({ bookingId })).paymentId).toBe(paymentId);
  });

  test("page by page, newest first, none twice and none left out, though they began in one moment", async () => {
    const bookingId = system.book();
    const attempts: string[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      attempts.unshift((await system.asClient.startPayment({ bookingId })).paymentId);
      await system.sql("update payment set status = 'FAILED', created_at = '2026-12-01' where booking_id = $1", [bookingId]);
    }
    const first = await system.asClient.listPayments({ bookingId, pageSize: 2 });
    const second = await system.asClient.listPayments({ bookingId, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.payments, ...second.payments].map(({ paymentId }) => paymentId)).toEqual(attempts);
    expect(second.nextPageToken).toBe("");
  });

  test("a page token that is none is refused", async () => {
    const bookingId = system.book();
    const pageToken = Buffer.from('["x"]').toString("base64url");
    expect(await reasonOf(system.asClient.listPayments({ bookingId, pageToken }))).toBe("invalid_argument");
    expect(await reasonOf(system.asClient.getPayment({ paymentId: "x" }))).toBe("invalid_argument");
  });
});
