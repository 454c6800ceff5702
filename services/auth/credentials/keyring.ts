import type { Base } from "@lacio/chassis/start";
import { SignJWT } from "jose";
import { createSigningKeys, type KeyConfig, type SigningKey } from "./signing-keys.ts";

type Config = KeyConfig & { accessTokenMinutes: number };

const signingCacheMs = 10_000;
// The edge asks every five seconds, a service when it meets an unknown key: one that had to be made at once is known there soon.
const publishingCacheMs = 1_000;
const aheadMinutes = 10; // a new key is published this long before it signs its first token

export type Keyring = ReturnType<typeof createKeyring>;

/**
 * The ES256 keys that sign access tokens: rotated, the next one published ahead. A key that cannot be opened stays published, for replicas
 * that have it, and another one signs here.
 */
export function createKeyring(base: Pick<Base<Config>, "db" | "config" | "log" | "now">) {
  const { config, now } = base;
  const stored = createSigningKeys(base);
  let cached: { keys: SigningKey[]; at: number } | undefined;

  async function keys(maxAgeMs: number): Promise<SigningKey[]> {
    if (cached && Date.now() - cached.at < maxAgeMs) return cached.keys;
    let found = await stored.load();
    if (!found.some(({ signer }) => signer)) {
      await stored.add(now());
      found = await stored.load();
    }
    cached = { keys: found, at: Date.now() };
    return found;
  }

  return {
    /** The public key set (RFC 7517). */
    jwks: async () => ({ keys: (await keys(publishingCacheMs)).map(({ public_jwk }) => public_jwk) }),

    async signAccessToken(accountId: string, role: string, sessionId: string, seconds = config.accessTokenMinutes * 60): Promise<string> {
      const mine = (await keys(signingCacheMs)).filter(({ signer }) => signer);
      const { kid, signer } = mine.find(({ active_from }) => active_from <= now()) ?? mine.at(-1)!;
      return new SignJWT({ role, sid: sessionId })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
        .setIssuer(config.tokenIssuer)
        .setAudience(config.tokenAudience)
        .setSubject(accountId)
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .sign(signer!);
    },

    /** Adds the next key when the newest is due for rotation, deletes old ones, and seals the rest with the first secret. */
    async rotate(): Promise<void> {
      await keys(0);
      await stored.add(new Date(now().getTime() + aheadMinutes * 60_000));
      const found = await stored.load();
      await stored.deleteOld(found);
      await stored.reseal(found);
      cached = undefined; // cache invalidation: this replica publishes the new key at once
    },
  };
}
