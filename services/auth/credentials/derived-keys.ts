import { hkdfSync } from "node:crypto";
import type { Env } from "@lacio/chassis/config";

const variable = "KEY_ENCRYPTION_SECRET";
const leastBytes = 32;

/**
 * The values of KEY_ENCRYPTION_SECRET: one, or two separated by a comma while it is being changed. Both open, the first one seals and derives.
 * A value's length is that of its text, which is not decoded.
 */
export function encryptionSecrets(env: Env): string[] {
  const text = env.text(variable);
  const secrets = text.split(",").map((secret) => secret.trim());
  if (secrets.length > 2) env.errors.push(`${variable} has ${secrets.length} values; while it is changed it has two, the first one seals`);
  const bytes = secrets.map((secret) => Buffer.byteLength(secret));
  const short = bytes.findIndex((length) => length < leastBytes);
  if (text && short >= 0)
    env.errors.push(
      `${variable} needs ${leastBytes} bytes or more, and value ${short + 1} has ${bytes[short]}; make one by: openssl rand -base64 32`,
    );
  return secrets;
}

/** A key of 32 bytes from each secret, for one purpose alone (HKDF-SHA-256, RFC 5869): nothing else uses the secrets. */
export const derivedKeys = (purpose: "signing-key" | "refresh-successor", secrets: string[]): Buffer[] =>
  secrets.map((secret) => Buffer.from(hkdfSync("sha256", secret, "", `lacio auth ${purpose}`, 32)));
