import { ApiError } from "./errors.ts";

/** Stripe takes the secret key as a bearer token or as the user name of basic auth. */
export function authenticate(authorization: string | undefined, secretKey: string): void {
  const key = keyIn(authorization ?? "");
  if (!key) throw refused("You did not provide an API key. Use 'Authorization: Bearer YOUR_SECRET_KEY' or HTTP basic auth.");
  if (key !== secretKey) throw refused(`Invalid API Key provided: ${key.slice(0, 8)}****${key.slice(-4)}`);
}

function keyIn(authorization: string): string | undefined {
  const [scheme = "", value = ""] = authorization.split(" ", 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, "base64").toString().split(":")[0];
  return undefined;
}

function refused(message: string): ApiError {
  return new ApiError(401, { type: "invalid_request_error", message });
}
