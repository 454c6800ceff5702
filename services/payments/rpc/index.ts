import type { Routes } from "@lacio/chassis/serve";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import type { App, Rpc } from "../app.ts";
import { getPayment, listPayments } from "./payments.ts";
import { reconcile } from "./reconcile.ts";
import { refundPayment } from "./refund-payment.ts";
import { startPayment } from "./start-payment.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(PaymentsService, {
      startPayment: startPayment(app),
      getPayment: getPayment(app),
      listPayments: listPayments(app),
      refundPayment: refundPayment(app),
      reconcile: reconcile(app),
    } satisfies Rpc);
