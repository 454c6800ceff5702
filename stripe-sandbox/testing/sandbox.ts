import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@lacio/testkit/processes/ports";
import Stripe from "stripe";
import type { Faults } from "../objects.ts";
import type { Charge, Dispute, Event, Intent, Refund, Session } from "../objects.ts";
import type { Delivery } from "../webhooks/delivery.ts";
import { receiveWebhooks, webhookSecret } from "./webhook-receiver.ts";

export interface Objects {
  sessions: Session[];
  paymentIntents: Intent[];
  charges: Charge[];
  refunds: Refund[];
  disputes: Dispute[];
  events: (Event & { delivery: Delivery })[];
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

export const secretKey = "sk_test_sandbox0123456789";

/** The real process, its webhook receiver, and Stripe's own SDK pointed at it. `more`: variables of its own. */
export async function startSandbox(more: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "stripe-sandbox-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const webhooks = await receiveWebhooks();
  const env = {
    PATH: process.env["PATH"],
    PORT: String(port),
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    WEBHOOK_URL: webhooks.url,
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    ...more,
  };
  let child = await spawnSandbox(env);

  const connect = (key = secretKey) =>
    new Stripe(key, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
  const control = async <B>(method: string, path: string, body?: object) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/_sandbox${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, body: (await response.json()) as B };
  };

  return {
    url,
    dataDir,
    webhooks,
    connect,
    control,
    stripe: connect(),
    objects: async () => (await control<Objects>("GET", "/objects")).body,
    faults: (faults: object) => control<Faults & { error: { message: string; field: string } }>("PUT", "/faults", faults),
    newSession: (params: Partial<Stripe.Checkout.SessionCreateParams> = {}, options?: Stripe.RequestOptions) =>
      connect().checkout.sessions.create({ ...keratina, ...params }, options),
    decide: (session: { id: string }, decision: string) =>
      fetch(`${url}/checkout/${session.id}`, { method: "POST", body: new URLSearchParams({ decision }), redirect: "manual" }),
    kill: () => end(child, "SIGKILL"),
    terminate: () => end(child, "SIGTERM"),
    restart: async () => void (child = await spawnSandbox(env)),
    close: async () => {
      await end(child, "SIGTERM");
      await webhooks.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

export const keratina: Stripe.Checkout.SessionCreateParams = {
  mode: "payment",
  line_items: [
    {
      quantity: 1,
      price_data: { currency: "cop", unit_amount: 18000000, product_data: { name: "Keratina", description: "Con Valentina" } },
    },
  ],
  branding_settings: { display_name: "Salón Lacio" },
  customer_email: "ana@example.com",
  success_url: "https://salon.example/pagado?session={CHECKOUT_SESSION_ID}",
  cancel_url: "https://salon.example/reservas",
  metadata: { bookingId: "b-1" },
  payment_intent_data: { metadata: { bookingId: "b-1", attempt: "1" } },
};

async function spawnSandbox(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../main.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`the sandbox ended with ${code} before it listened`);
  });
  await Promise.race([once(child.stdout, "data"), exited]);
  exited.catch(() => undefined);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  return child.exitCode;
}
