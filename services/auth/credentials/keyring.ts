import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from "node:crypto";
import type { Base } from "@lacio/chassis/start";
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT, type JWK } from "jose";

type Row = { kid: string; public_jwk: JWK; private_key: Buffer; active_from: Date };
type Config = { secret: string; keyDays: number; accessTokenMinutes: number };

const cacheMs = 30_000;
// Verifiers cache the JWKS for five minutes: a new key is published this long before it signs its first token.
const aheadMinutes = 10;

export type Keyring = ReturnType<typeof createKeyring>;

/**
 * The ES256 keys that sign access tokens: encrypted at rest with KEY_ENCRYPTION_SECRET, rotated, the next one published ahead.
 * Rows are only inserted and deleted, never updated: no entity.
 */
export function createKeyring({ db, config, now }: Pick<Base<Config>, "db" | "config" | "now">) {
  const box = createHash("sha256").update(config.secret).digest();
  let cached: { rows: Row[]; at: number } | undefined;
  const signers = new Map<string, CryptoKey>();

  async function rows(): Promise<Row[]> {
    if (cached && Date.now() - cached.at < cacheMs) return cached.rows;
    let found = await db.sql<Row>("select kid, public_jwk, private_key, active_from from signing_key order by active_from desc");
    if (found.length === 0) {
      await addKey(now());
      found = await db.sql<Row>("select kid, public_jwk, private_key, active_from from signing_key order by active_from desc");
    }
    cached = { rows: found, at: Date.now() };
    return found;
  }

  async function addKey(activeFrom: Date): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const kid = randomUUID();
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
    // Advisory lock: of replicas that start or rotate at once one inserts, the others see its key and return.
    await db.transact(async (tx) => {
      await tx.sql("select pg_advisory_xact_lock(hashtext('auth.signing-key'))");
      const [newest] = await tx.sql<{ active_from: Date }>("select active_from from signing_key order by active_from desc limit 1");
      if (newest && newest.active_from >= new Date(activeFrom.getTime() - config.keyDays * 86_400_000)) return;
      await tx.sql("insert into signing_key (kid, public_jwk, private_key, active_from) values ($1, $2, $3, $4)", [
        kid,
        JSON.stringify(jwk),
        seal(await exportPKCS8(privateKey)),
        activeFrom,
      ]);
    });
  }

  async function signer(row: Row): Promise<CryptoKey> {
    const known = signers.get(row.kid) ?? (await importPKCS8(unseal(row.private_key), "ES256"));
    signers.set(row.kid, known);
    return known;
  }

  function seal(text: string): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", box, iv);
    return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  }

  function unseal(sealed: Buffer): string {
    const decipher = createDecipheriv("aes-256-gcm", box, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8");
  }

  return {
    /** The public key set (RFC 7517). */
    jwks: async () => ({ keys: (await rows()).map((row) => row.public_jwk) }),

    async signAccessToken(accountId: string, role: string, sessionId: string): Promise<string> {
      const row = (await rows()).find((candidate) => candidate.active_from <= now())!;
      return new SignJWT({ role, sid: sessionId })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: row.kid })
        .setIssuer(config.tokenIssuer)
        .setAudience(config.tokenAudience)
        .setSubject(accountId)
        .setIssuedAt()
        .setExpirationTime(`${config.accessTokenMinutes}m`)
        .sign(await signer(row));
    },

    /** Adds the next key when the newest is due for rotation; deletes keys whose last token has expired. */
    async rotate(): Promise<void> {
      await rows();
      await addKey(new Date(now().getTime() + aheadMinutes * 60_000));
      // The longest lifetime of a token is an hour.
      await db.sql("delete from signing_key where active_from < (select max(active_from) from signing_key where active_from < $1)", [
        new Date(now().getTime() - 2 * 3_600_000),
      ]);
      cached = undefined; // cache invalidation: this replica publishes the new key at once
    },
  };
}
