import { createHash } from "node:crypto";
import type { SavedAnswer } from "../objects.ts";
import type { Store } from "../store.ts";
import { ApiError, badParam } from "./errors.ts";

const validForMs = 24 * 3600_000;

/** The stored answer to replay; undefined when the key is new. Refuses a key that was used for another endpoint or other parameters. */
export function findAnswer(store: Store, key: string, endpoint: string, params: unknown, nowMs: number): SavedAnswer | undefined {
  if (key.length > 255) throw badParam("Idempotency-Key", "Idempotency keys may be at most 255 characters.");
  const saved = store.get("answers", key);
  if (!saved || saved.at <= nowMs - validForMs) return undefined;
  if (saved.endpoint !== endpoint) {
    const first = saved.endpoint.split(" ")[1];
    throw misused(`Keys for idempotent requests can only be used for the same endpoint they were first used for ('${first}').`, key);
  }
  if (saved.fingerprint !== fingerprint(params)) {
    throw misused("Keys for idempotent requests can only be used with the same parameters they were first used with.", key);
  }
  return saved;
}

export function keyInUse(key: string): ApiError {
  return new ApiError(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`,
  });
}

export function fingerprint(params: unknown): string {
  return createHash("sha256").update(sorted(params)).digest("base64url");
}

function sorted(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${sorted(inner)}`).join(",")}}`;
}

function misused(message: string, key: string): ApiError {
  const advice = `Try using a key other than '${key}' if you meant to execute a different request.`;
  return new ApiError(400, { type: "idempotency_error", message: `${message} ${advice}` });
}
