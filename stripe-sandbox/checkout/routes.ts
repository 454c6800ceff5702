import { Router, urlencoded, type Response } from "express";
import type { World } from "../api/answer.ts";
import type { Payer, Session } from "../objects.ts";
import type { Store } from "../store.ts";
import { expireSession } from "./expire-session.ts";
import { formPage, messagePage } from "./page.ts";
import { approve, decline } from "./pay-session.ts";

/** The page behind `session.url`, where a person plays the card holder. */
export function checkoutRoutes(world: World): Router {
  const { store } = world;
  const router = Router();

  router.get("/:id", (request, response) => {
    const session = openOrOver(store, request.params.id);
    if (session?.status === "open") showForm(response, world, session);
    else showEnd(response, session, session?.status === "complete" ? 200 : 410);
  });

  router.post("/:id", urlencoded({ extended: false }), (request, response) => {
    const session = openOrOver(store, request.params.id);
    const typed = (request.body ?? {}) as Partial<Record<string, string>>;
    const { decision } = typed;
    if (!session) return showEnd(response, session, 404);
    // Idempotent: a second click on "pay" finds the session paid and is redirected like the first.
    if (session.status === "complete" && decision === "approve") return goTo(response, session.success_url, session);
    if (session.status !== "open") return showEnd(response, session, session.status === "complete" ? 409 : 410);
    if (decision !== "approve" && decision !== "decline" && decision !== "leave") return showForm(response, world, session, 400);

    const now = Math.floor(Date.now() / 1000);
    if (decision === "approve") store.transact(() => approve(store, session, payerOf(typed), now));
    if (decision === "decline") store.transact(() => decline(store, session, payerOf(typed), now));
    if (decision === "approve") goTo(response, session.success_url, session);
    else if (session.cancel_url) goTo(response, session.cancel_url, session);
    else response.redirect(303, request.originalUrl);
  });
  return router;
}

// Stripe asks the card holder for these; here a test may fill them in.
const payerOf = ({
  name = "Tarjeta de Prueba",
  email = "tarjeta@example.com",
  phone,
  line1 = "Calle 1 # 2-3",
}: Partial<Record<string, string>>): Payer => ({
  ...{ name, email, phone: phone ?? null },
  address: { city: "Bogotá", country: "CO", line1 },
});

function openOrOver(store: Store, id: string): Session | undefined {
  const session = store.get("sessions", id);
  const now = Math.floor(Date.now() / 1000);
  if (session?.status !== "open" || session.expires_at > now) return session;
  return store.transact(() => expireSession(store, session, now));
}

function goTo(response: Response, url: string | null, session: Session): void {
  response.redirect(303, (url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", session.id));
}

function showForm(response: Response, { store }: World, session: Session, status = 200): void {
  const lines = store.get("orders", session.id)?.lines ?? [];
  const declined = Boolean(store.get("intents", session.payment_intent ?? "")?.last_payment_error);
  show(response, status, formPage(session, lines, declined), [session.success_url, session.cancel_url]);
}

function showEnd(response: Response, session: Session | undefined, status: number): void {
  show(response, session ? status : 404, messagePage(session), []);
}

function show(response: Response, status: number, html: string, redirects: (string | null)[]): void {
  // Browsers apply form-action to the redirect that answers a form, too.
  const origins = redirects.flatMap((url) => URL.parse(url ?? "")?.origin ?? []);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${origins.join(" ")}`;
  response.status(status).set({ "Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" });
  response.type("html").send(html);
}
