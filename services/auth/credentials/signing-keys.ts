import { randomUUID } from "node:crypto";
import { longestTokenMinutes } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type JWK } from "jose";
import { Gauge } from "prom-client";
import { derivedKeys } from "./derived-keys.ts";
import { createSeal } from "./seal.ts";

type Row = { kid: string; public_jwk: JWK; private_key: Buffer; active_from: Date };
export type SigningKey = Row & {
  /** undefined where none of this replica's secrets opens the key. */
  signer: CryptoKey | undefined;
  sealedWith: "first" | "second" | "none";
};
export type KeyConfig = { secrets: string[]; keyDays: number };

const stored = "select kid, public_jwk, private_key, active_from from signing_key order by active_from desc";
const dayMs = 86_400_000;
const tokensEndMs = 2 * longestTokenMinutes * 60_000;

const sealedKeys = new Gauge({
  name: "lacio_signing_keys",
  help: "Signing keys by the value of KEY_ENCRYPTION_SECRET that opens them (first, second, none).",
  labelNames: ["sealed_with"],
});

/** The rows of signing_key, encrypted at rest with KEY_ENCRYPTION_SECRET. */
export function createSigningKeys({ db, config, log, now }: Pick<Base<KeyConfig>, "db" | "config" | "log" | "now">) {
  const seal = createSeal(derivedKeys("signing-key", config.secrets));
  const signers = new Map<string, CryptoKey>();
  const unopened = new Set<string>();

  async function open(row: Row): Promise<SigningKey> {
    const { kid, private_key } = row;
    const opened = seal.open(private_key);
    const signer = signers.get(kid) ?? (opened && (await importPKCS8(opened.text, "ES256")));
    if (signer) signers.set(kid, signer);
    else warnOnce(kid);
    return { ...row, signer, sealedWith: opened ? (opened.by === 0 ? "first" : "second") : "none" };
  }

  function warnOnce(kid: string): void {
    if (unopened.has(kid)) return;
    unopened.add(kid);
    log.warn({ kid }, "KEY_ENCRYPTION_SECRET does not open a signing key: another one signs");
  }

  return {
    /** All keys, the one that is active last first. */
    async load(): Promise<SigningKey[]> {
      const found = await Promise.all((await db.sql<Row>(stored)).map(open));
      for (const sealed_with of ["first", "second", "none"] as const)
        sealedKeys.set({ sealed_with }, found.filter(({ sealedWith }) => sealedWith === sealed_with).length);
      return found;
    },

    /** Adds a key, unless there is one that this replica opens and that is not due for rotation by then. */
    async add(activeFrom: Date): Promise<void> {
      const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
      const kid = randomUUID();
      const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
      const sealed = seal.close(await exportPKCS8(privateKey));
      // Advisory lock: of replicas that start or rotate at once one inserts, the others see its key and return.
      await db.transact(async (tx) => {
        await tx.sql("select pg_advisory_xact_lock(hashtext('auth.signing-key'))");
        const newest = (await tx.sql<Row>(stored)).find(({ private_key }) => seal.open(private_key));
        if (newest && newest.active_from >= new Date(activeFrom.getTime() - config.keyDays * dayMs)) return;
        const insert = "insert into signing_key (kid, public_jwk, private_key, active_from) values ($1, $2, $3, $4)";
        await tx.sql(insert, [kid, JSON.stringify(jwk), sealed, activeFrom]);
      });
    },

    /** Deletes those whose last token has expired. One that is not opened here may still sign at a replica that has another secret. */
    async deleteOld(keys: SigningKey[]): Promise<void> {
      const over = now().getTime() - tokensEndMs;
      const successor = keys.find(({ signer, active_from }) => signer && active_from.getTime() < over);
      if (!successor) return;
      const before = keys.filter(({ active_from }) => active_from < successor.active_from);
      const old = before.filter(({ signer, active_from }) => signer || active_from.getTime() < over - config.keyDays * dayMs);
      await db.sql("delete from signing_key where kid = any($1)", [old.map(({ kid }) => kid)]);
    },

    /** Seals with the first secret what only the second one opens, which can go afterwards. */
    async reseal(keys: SigningKey[]): Promise<void> {
      const kids: string[] = [];
      for (const { kid, private_key, sealedWith } of keys) {
        if (sealedWith !== "second") continue;
        const sealed = seal.close(seal.open(private_key)!.text);
        await db.sql("update signing_key set private_key = $3 where kid = $1 and private_key = $2", [kid, private_key, sealed]);
        kids.push(kid);
      }
      if (kids.length > 0) log.info({ kids }, "signing keys are sealed with the first value of KEY_ENCRYPTION_SECRET now");
    },
  };
}
