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
  const conflict = statusCode === 409; // a request with the same idempotency key is still running
  if (error instanceof Stripe.errors.StripeIdempotencyError && !conflict) return new ProviderRefusal("key_spent", error.message, error);
  if (error instanceof Stripe.errors.StripeInvalidRequestError && !conflict) return new ProviderRefusal("refused", error.message, error);
  // Stripe stores a failure under the key as it stores a success, and replays it.
  if (statusCode >= 500 && headers?.["idempotent-replayed"] === "true") return new ProviderRefusal("key_spent", error.message, error);
  return unavailable("The payment provider cannot be reached; try again shortly.", error);
}

/**
 * The provider said no, and repeating the same request does not help; an outage is a refusal of the chassis instead (`unavailable`).
 * "key_spent": its stored answer to this idempotency key is useless (a failure, or it is for other parameters); only a new key can help.
 */
export class ProviderRefusal extends Error {
  readonly kind: "refused" | "key_spent";

  constructor(kind: "refused" | "key_spent", message: string, cause: unknown) {
    super(message, { cause });
    this.name = "ProviderRefusal";
    this.kind = kind;
  }
}
