import { caller, mayAct } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { App, Rpc } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { showPayment, showPayments } from "./show-payment.ts";

export const getPayment = (app: App): Rpc["getPayment"] =>
  async function getPayment({ paymentId }, ctx) {
    const payment = await app.db.read().findOne(Payment, { id: paymentId });
    if (!payment || !mayAct(caller(ctx), payment.clientId)) throw notFound("payment");
    return { payment: await showPayment(app.db, payment) };
  };

/** Newest first. */
export const listPayments = (app: App): Rpc["listPayments"] =>
  async function listPayments(req, ctx) {
    const { size, limit, after } = pageOf(req);
    const { booking } = await app.booking.getBooking({ bookingId: req.bookingId });
    if (!booking || !mayAct(caller(ctx), booking.clientId)) throw notFound("booking");
    const where = { bookingId: req.bookingId, ...(after && { id: { $lt: after[0]! } }) };
    const found = await app.db.read().find(Payment, where, { orderBy: { id: "desc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (payment) => [payment.id]);
    return { payments: await showPayments(app.db, rows), nextPageToken };
  };
