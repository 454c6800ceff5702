import { refundModes, webhookModes, type ApiFault, type Faults } from "../objects.ts";
import type { Store } from "../store.ts";

const none: Faults = {
  webhooks: "deliver",
  copies: 2,
  delayMs: 1000,
  refunds: "succeed",
  api: { failNext: 0, status: 500, afterEffect: false, hangUp: false, delayMs: 0 },
};

export function currentFaults(store: Store): Faults {
  return store.get("faults", "current") ?? none;
}

/** The fault for this call, if one is due; counts `failNext` down. */
export function takeApiFault(store: Store): ApiFault | undefined {
  const faults = currentFaults(store);
  if (faults.api.failNext === 0) return undefined;
  store.transact(() => setFaults(store, { ...faults, api: { ...faults.api, failNext: faults.api.failNext - 1 } }));
  return faults.api;
}

export function setFaults(store: Store, faults: Faults): Faults {
  return store.put("faults", "current", faults);
}

/** Fields that are missing get their defaults. */
export function parseFaults(body: unknown): Faults {
  const given = fieldsOf(body, "", none);
  const api = fieldsOf(given["api"] ?? {}, "api", none.api);
  return {
    webhooks:
      webhookModes.find((mode) => mode === (given["webhooks"] ?? "deliver")) ?? refuse("webhooks", `one of ${webhookModes.join(", ")}`),
    copies: integer(given["copies"] ?? none.copies, "copies", 1, 20),
    delayMs: integer(given["delayMs"] ?? none.delayMs, "delayMs", 0, 3600_000),
    refunds: refundModes.find((mode) => mode === (given["refunds"] ?? "succeed")) ?? refuse("refunds", `one of ${refundModes.join(", ")}`),
    api: {
      failNext: integer(api["failNext"] ?? 0, "api.failNext", 0, 1_000_000),
      status: integer(api["status"] ?? none.api.status, "api.status", 400, 599),
      afterEffect: flag(api["afterEffect"], "api.afterEffect"),
      hangUp: flag(api["hangUp"], "api.hangUp"),
      delayMs: integer(api["delayMs"] ?? 0, "api.delayMs", 0, 600_000),
    },
  };
}

export function parseResend(body: unknown): { copies: number } {
  const given = fieldsOf(body ?? {}, "", { copies: 1 });
  return { copies: integer(given["copies"] ?? 1, "copies", 1, 20) };
}

export function parseDispute(body: unknown): { paymentIntent: string; amount: number | undefined } {
  const { paymentIntent, amount } = fieldsOf(body, "", { paymentIntent: "", amount: 0 });
  if (typeof paymentIntent !== "string") return refuse("paymentIntent", "the id of a payment intent");
  return { paymentIntent, amount: amount === undefined ? undefined : integer(amount, "amount", 1, Number.MAX_SAFE_INTEGER) };
}

export class FieldError extends Error {
  readonly field: string;

  constructor(field: string, expected: string) {
    super(`${field || "body"} must be ${expected}`);
    this.field = field;
  }
}

function fieldsOf(value: unknown, name: string, known: object): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(name, "a JSON object");
  const unknown = Object.keys(value).find((key) => !(key in known));
  if (unknown !== undefined) refuse(name ? `${name}.${unknown}` : unknown, `one of ${Object.keys(known).join(", ")}`);
  return value as Record<string, unknown>;
}

function integer(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    return refuse(name, `an integer from ${min} to ${max}`);
  }
  return value;
}

function flag(value: unknown, name: string): boolean {
  return typeof (value ?? false) === "boolean" ? Boolean(value) : refuse(name, "true or false");
}

function refuse(field: string, expected: string): never {
  throw new FieldError(field, expected);
}
