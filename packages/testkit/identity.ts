import fs from "node:fs";
import path from "node:path";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

export interface Identity {
  /** The file with the JWKS that verifies the tokens (SERVICE_TOKEN_JWKS). */
  jwksFile: string;
  tokenFile(service: string): string;
  /** The token with which the service calls its peers; tests use it to call as a service. */
  serviceToken(service: string): string;
  stop(): void;
}

const lifeSeconds = 3600;

/** Stands in for the kubelet: a file per service with its service account token, valid for an hour and renewed every 20 minutes. */
export async function startIdentity(dir: string, services: string[], namespace = "lacio"): Promise<Identity> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const folder = path.join(dir, "identity");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const jwksFile = writeJwks(folder, await exportJWK(publicKey));
  const issue = () => writeTokens(folder, services, { privateKey, lifeSeconds, namespace });
  await issue();
  const renewal = setInterval(() => void issue(), (lifeSeconds * 1000) / 3).unref();
  return {
    jwksFile,
    tokenFile: (service) => tokenFile(folder, service),
    serviceToken: (service) => fs.readFileSync(tokenFile(folder, service), "utf8"),
    stop: () => clearInterval(renewal),
  };
}

const tokenFile = (folder: string, service: string) => path.join(folder, `${service}.token`);

/** The key by which services know each other's tokens, ES256. Answers the file. */
export function writeJwks(folder: string, publicKey: JWK): string {
  const file = path.join(folder, "jwks.json");
  replace(file, JSON.stringify({ keys: [{ ...publicKey, kid: "local", alg: "ES256", use: "sig" }] }));
  return file;
}

type Issuer = { privateKey: CryptoKey; lifeSeconds: number; namespace?: string };

/** `<service>.token` of each service, as Kubernetes names them. */
export async function writeTokens(folder: string, services: string[], { privateKey, lifeSeconds, namespace = "lacio" }: Issuer) {
  for (const service of services) {
    const token = new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: "local" })
      .setIssuer("https://kubernetes.default.svc")
      .setAudience("lacio")
      .setSubject(`system:serviceaccount:${namespace}:${service}`)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds} s`);
    replace(tokenFile(folder, service), await token.sign(privateKey));
  }
}

/** Atomic replacement: a reader sees the old file or the new one. */
function replace(file: string, content: string) {
  fs.writeFileSync(`${file}.new`, content, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}
