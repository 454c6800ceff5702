import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expireDueSessions } from "./checkout/expire-session.ts";
import { openStore } from "./store.ts";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(() => sandbox.close());

test("shows salon, service and price, and three ways on", async () => {
  const session = await sandbox.newSession();
  const response = await fetch(session.url ?? "");
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("form-action 'self' https://salon.example");
  for (const text of ['lang="es-CO"', "Salón Lacio", "Keratina", "Con Valentina", "$\u00a0180.000", "COP"]) expect(html).toContain(text);
  expect([...html.matchAll(/name="decision" value="(\w+)"/g)].map(([, value]) => value)).toEqual(["approve", "decline", "leave"]);
  expect(html).not.toContain("<script");
});

test("shows names as text, whatever is in them", async () => {
  const product_data = { name: `<img src=x onerror=alert(1)> & "Nano"` };
  const session = await sandbox.newSession({
    line_items: [{ quantity: 2, price_data: { currency: "cop", unit_amount: 12345, product_data } }],
  });
  const html = await (await fetch(session.url ?? "")).text();
  expect(html).not.toContain("<img");
  expect(html).toContain("$\u00a0246,90");
});

test("leaving changes nothing", async () => {
  const session = await sandbox.newSession();
  const answer = await sandbox.decide(session, "leave");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "https://salon.example/reservas"]);
  expect(await sandbox.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "open", payment_intent: null });
});

test("a session without a cancel_url comes back to its own page, saying that the card was declined", async () => {
  const session = await sandbox.newSession({ cancel_url: "" });
  const answer = await fetch(session.url ?? "", { method: "POST", body: new URLSearchParams({ decision: "decline" }) });
  expect(answer.url).toBe(session.url);
  expect(await answer.text()).toContain("El banco rechazó el pago");
});

test.each([
  ["complete", "approve", 200, "Este pago ya está hecho"],
  ["expired", "", 410, "Este enlace de pago venció"],
])("says so when the session is %s", async (_state, decision, status, text) => {
  const session = await sandbox.newSession();
  if (decision) await sandbox.decide(session, decision);
  else await sandbox.stripe.checkout.sessions.expire(session.id);
  const response = await fetch(session.url ?? "");
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(text);
  expect((await sandbox.decide(session, "decline")).status).toBe(decision ? 409 : 410);
});

test("answers an unknown session with 404 and an unknown decision with 400", async () => {
  expect((await fetch(`${sandbox.url}/checkout/cs_test_none`)).status).toBe(404);
  expect((await sandbox.decide({ id: "cs_test_none" }, "approve")).status).toBe(404);
  const session = await sandbox.newSession();
  expect((await sandbox.decide(session, "steal")).status).toBe(400);
  expect((await sandbox.stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
});

test("a session ends at its expires_at", async () => {
  const expires_at = Math.floor(Date.now() / 1000) + 31 * 60;
  const session = await sandbox.newSession({ expires_at });
  expect(session.expires_at).toBe(expires_at);
  const dataDir = mkdtempSync(join(tmpdir(), "stripe-sandbox-"));
  const store = openStore(dataDir);
  store.transact(() => store.put("sessions", session.id, JSON.parse(JSON.stringify(session)) as never));
  expireDueSessions(store, expires_at - 1);
  expect(store.get("sessions", session.id)?.status).toBe("open");
  expireDueSessions(store, expires_at);
  expireDueSessions(store, expires_at + 1);
  expect(store.get("sessions", session.id)?.status).toBe("expired");
  expect(store.all("events").map(({ type }) => type)).toEqual(["checkout.session.expired"]);
  store.close();
  rmSync(dataDir, { recursive: true });
});
