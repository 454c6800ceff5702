import { timestampDate } from "@bufbuild/protobuf/wkt";
import { caller, mayAct } from "@lacio/chassis/access";
import type { Tx } from "@lacio/chassis/db";
import { notFound, Refusal } from "@lacio/chassis/errors";
import { currentTrail } from "@lacio/chassis/trail";
import { Booking_Status as Status, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { bookingCode } from "@lacio/salon/booking-code";
import { LockMode } from "@mikro-orm/core";
import { nextCheck, openCheckout } from "../acts/checkout.ts";
import type { App, Rpc } from "../app.ts";
import { Payment, type Order } from "../domain/payment.ts";

export const startPayment = (app: App): Rpc["startPayment"] =>
  async function startPayment({ bookingId, locale }, ctx) {
    const { booking } = await app.booking.getBooking({ bookingId });
    if (!booking || !mayAct(caller(ctx), booking.clientId)) throw notFound("booking");
    const order = orderFor(booking, locale === "en" ? "en" : "es", app.now());
    // Twice: the provider may have stored a failure under the first payment's idempotency key; the next payment has a key of its own.
    const payment = (await checkoutFor(app, order)) ?? (await checkoutFor(app, order));
    if (!payment) throw new Refusal("provider_refused", "The payment provider does not accept this payment.");
    return { paymentId: payment.id, checkoutUrl: payment.checkoutUrl! };
  };

function orderFor({ bookingId, clientId, status, price, expiresAt, lines }: Booking, locale: Order["locale"], now: Date): Order {
  if ([Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.REASSIGNING].includes(status)) throw alreadyPaid();
  const payUntil = expiresAt ? timestampDate(expiresAt) : now;
  if (status === Status.EXPIRED || (status === Status.PENDING_PAYMENT && payUntil <= now)) throw holdExpired();
  if (status !== Status.PENDING_PAYMENT || !price?.minorUnits)
    throw new Refusal("not_payable", "There is nothing to pay for this booking.");
  const names = lines.map(({ serviceName, serviceNameEn }) => (locale === "en" && serviceNameEn) || serviceName);
  const description = names.join(" + ") || bookingCode(bookingId);
  return { bookingId, clientId, amount: price.minorUnits, currency: price.currencyCode, description, locale, payUntil };
}

async function checkoutFor(app: App, order: Order): Promise<Payment | undefined> {
  const open = await app.transact((tx) => openPayment(app, tx, order));
  const payment = open.checkoutUrl ? open : await openCheckout(app, open);
  if (payment.isPaid()) throw alreadyPaid();
  if (payment.checkoutExpiresAt <= app.now()) throw holdExpired();
  return payment.status === "PENDING" && payment.checkoutUrl ? payment : undefined;
}

async function openPayment(app: App, tx: Tx, order: Order): Promise<Payment> {
  const { bookingId } = order;
  // Advisory lock: concurrent calls for one booking are serialized, and the second finds the payment of the first.
  await tx.sql("select pg_advisory_xact_lock(hashtext('payments.start'), hashtext($1))", [bookingId]);
  const locked = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { attempt: "desc" } } as const;
  const earlier = await tx.em.find(Payment, { bookingId, purpose: "FULL" }, locked);
  if (earlier.some((payment) => payment.isPaid())) throw alreadyPaid();
  const open = earlier.find(({ status }) => status === "PENDING");
  if (open) return open;
  const payment = Payment.open(order, (earlier[0]?.attempt ?? 0) + 1, app.now());
  tx.add(payment);
  tx.later("settle-payment", payment.id, nextCheck(app, payment));
  await tx.em.flush();
  // The processing of its webhooks continues the trace of this call.
  await tx.sql("update payment set trail = $2 where id = $1", [payment.id, JSON.stringify(currentTrail())]);
  return payment;
}

const alreadyPaid = () => new Refusal("already_paid", "This booking is paid already.");
const holdExpired = () => new Refusal("hold_expired", "The time to pay for this booking is over; book again.");
