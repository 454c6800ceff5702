import path from "node:path";
import { serviceNames } from "@lacio/testkit/environment";
import { writeJwks, writeTokens } from "@lacio/testkit/identity";
import { importJWK, type CryptoKey } from "jose";
import { lacio, ownVolume, postgres, writerIn } from "./given.ts";
import { keptState } from "./kept-state.ts";

// The first one-shot of compose.yaml, what in a cluster `npm run secrets` and the kubelet do: makes passwords, certificate and service tokens, and
// writes them where the containers look, each file for the user that reads it. It runs at every `up`: passwords stay, tokens are new. From
// the environment: GIVEN_DIR, where the others read; KEPT_DIR, which nobody else sees; VOLUMES_DIR with the servers' new, empty volumes.
const { GIVEN_DIR: dir = "/run/lacio", KEPT_DIR = "/var/lib/lacio", VOLUMES_DIR = "/volumes" } = process.env;
const tokenDays = 30;

const { secrets, certificate, identity } = await keptState(KEPT_DIR);
const given = writerIn(dir);

given.write("postgres-password", secret("lacio-postgres").PASSWORD!, postgres);
for (const [file, text] of Object.entries({ ...secret("lacio-nats"), ...secret("lacio-valkey") }))
  if (file.endsWith(".conf")) given.write(file, text);
given.write("edge/tls.crt", certificate.cert);
given.write("edge/tls.key", certificate.key);

given.folder("identity");
const tokens = path.join(dir, "identity");
writeJwks(tokens, identity.publicKey);
const privateKey = (await importJWK(identity.privateKey, "ES256")) as CryptoKey;
await writeTokens(tokens, serviceNames, { privateKey, lifeSeconds: tokenDays * 86_400 });
given.own("identity");

for (const name of serviceNames) {
  const token = { SERVICE_TOKEN_FILE: path.join(tokens, `${name}.token`) };
  given.environment(name, { ...secret(`lacio-${name}`), ...secret(`lacio-${name}-migration`), ...token });
}
given.environment("provisioner", secret("lacio-provisioner"));
given.environment("stripe-sandbox", secret("lacio-stripe-sandbox"));
const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD } = secret("lacio-auth");
given.environment("seed", { BOOTSTRAP_ADMIN_EMAIL: BOOTSTRAP_ADMIN_EMAIL!, BOOTSTRAP_ADMIN_PASSWORD: BOOTSTRAP_ADMIN_PASSWORD! });
const superuser = ["ADMIN_DATABASE_URL", secret("lacio-postgres").DATABASE_URL!] as const;
given.environment("databases", Object.fromEntries([superuser, ...serviceNames.flatMap(databasesOf)]));

for (const [name, owner] of Object.entries({ postgres, nats: lacio, stripe: lacio })) ownVolume(path.join(VOLUMES_DIR, name), owner);
console.log("Passwords, certificate and service tokens are there.");

function secret(name: string): Record<string, string> {
  if (secrets[name]) return secrets[name];
  throw new Error(`The volumes are of an older Lacio, without ${name}: begin anew with \`docker compose down --volumes\`.`);
}

function databasesOf(name: string): (readonly [variable: string, url: string])[] {
  const prefix = name.toUpperCase();
  return [
    [`${prefix}_DATABASE_URL`, secret(`lacio-${name}`).DATABASE_URL!],
    [`${prefix}_MIGRATION_DATABASE_URL`, secret(`lacio-${name}-migration`).MIGRATION_DATABASE_URL!],
  ];
}
