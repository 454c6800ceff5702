import { unavailable } from "@lacio/chassis/errors";
import Stripe from "stripe";

/** Calls Stripe. @throws ProviderRefusal, or Refusal `unavailable` when the same request may succeed later */
export async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Stripe.errors.StripeError ? meaningOf(error) : error;
  }
}

function meaningOf(error: Stripe.errors.StripeError): Error {
  const { statusCode = 0, headers } = error;
  const codes = codesOf(error);
  const conflict = statusCode === 409; // a request with the same idempotency key is still running
  if (error instanceof Stripe.errors.StripeIdempotencyError && !conflict) return new ProviderRefusal("key_spent", codes);
  if (error instanceof Stripe.errors.StripeInvalidRequestError && !conflict) return new ProviderRefusal("refused", codes);
  // Stripe stores a failure under the key as it stores a success, and replays it.
  if (statusCode >= 500 && headers?.["idempotent-replayed"] === "true") return new ProviderRefusal("key_spent", codes);
  return unavailable("The payment provider cannot be reached; try again shortly.", new Error(codes));
}

// "Stripe 404 invalid_request_error resource_missing payment_intent req_…". Its text is not taken along: it can hold what people typed.
function codesOf(error: Stripe.errors.StripeError): string {
  const { statusCode, rawType, type, code, decline_code: declineCode, param, requestId, detail } = error;
  const broken = (detail as { code?: unknown } | undefined)?.code; // of a connection
  return ["Stripe", statusCode, rawType ?? type, code ?? broken, declineCode, param, requestId].filter(Boolean).join(" ");
}

/**
 * The provider said no, and repeating the same request does not help; an outage is a refusal of the chassis instead (`unavailable`).
 * The message is the provider's codes.
 * "key_spent": its stored answer to this idempotency key is useless (a failure, or it is for other parameters); only a new key can help.
 */
export class ProviderRefusal extends Error {
  readonly kind: "refused" | "key_spent";

  constructor(kind: "refused" | "key_spent", codes: string) {
    super(codes);
    this.name = "ProviderRefusal";
    this.kind = kind;
  }
}
