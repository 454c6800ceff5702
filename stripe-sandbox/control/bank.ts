import { Router } from "express";
import { missing } from "../api/errors.ts";
import { closeDispute, openDispute } from "../bank/dispute.ts";
import { failRefund, succeedRefund } from "../bank/refund.ts";
import type { Store } from "../store.ts";
import { parseDispute } from "./faults.ts";

/** Plays banks and clients, for whom Stripe has no API. What the merchant does is in api/. */
export function bankRoutes(store: Store): Router {
  const router = Router();
  const now = () => Math.floor(Date.now() / 1000);

  for (const [path, settle] of [["succeed", succeedRefund] as const, ["fail", failRefund] as const]) {
    router.post(`/refunds/:id/${path}`, ({ params: { id } }, response) => {
      const refund = store.get("refunds", id);
      if (!refund) throw missing("refund", id, "id");
      response.json(store.transact(() => settle(store, refund, now())));
    });
  }

  router.post("/disputes", ({ body }, response) => {
    const { paymentIntent, amount } = parseDispute(body);
    const charge = store.get("charges", store.get("intents", paymentIntent)?.latest_charge ?? "");
    if (!charge) throw missing("payment_intent", paymentIntent, "paymentIntent");
    response.json(store.transact(() => openDispute(store, charge, amount, now())));
  });

  for (const [path, status] of [["win", "won"] as const, ["lose", "lost"] as const]) {
    router.post(`/disputes/:id/${path}`, ({ params: { id } }, response) => {
      const dispute = store.get("disputes", id);
      if (!dispute) throw missing("dispute", id, "id");
      response.json(store.transact(() => closeDispute(store, dispute, status, now())));
    });
  }
  return router;
}
