import { json, Router, type NextFunction, type Request, type Response } from "express";
import type { Store } from "../store.ts";
import type { Deliverer } from "../webhooks/deliver-events.ts";
import { bankRoutes } from "./bank.ts";
import { currentFaults, FieldError, parseFaults, parseResend, setFaults } from "./faults.ts";

/** What Stripe does not have: fault injection, and a view of all stored objects. */
export function controlRoutes(store: Store, deliverer: Deliverer): Router {
  const router = Router();
  router.use(json());

  router.get("/health", (_request, response) => {
    response.json({ status: "ok", pendingWebhooks: store.all("deliveries").filter(({ state }) => state === "pending").length });
  });

  router.get("/faults", (_request, response) => {
    response.json(currentFaults(store));
  });

  router.put("/faults", (request, response) => {
    const faults = parseFaults(request.body);
    response.json(store.transact(() => setFaults(store, faults)));
  });

  router.get("/objects", (_request, response) => {
    response.json({
      sessions: store.all("sessions"),
      paymentIntents: store.all("intents"),
      charges: store.all("charges"),
      refunds: store.all("refunds"),
      disputes: store.all("disputes"),
      events: store.all("events").map((event) => ({ ...event, delivery: store.get("deliveries", event.id) })),
    });
  });

  router.post("/events/:id/resend", async (request, response) => {
    const { copies } = parseResend(request.body);
    if (store.get("events", request.params.id)) response.json({ delivery: await deliverer.sendCopies(request.params.id, copies) });
    else response.status(404).json({ error: { message: `No such event: ${request.params.id}` } });
  });

  router.use(bankRoutes(store));

  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (error instanceof FieldError) response.status(400).json({ error: { message: error.message, field: error.field } });
    else next(error);
  });
  return router;
}
