import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { ownCertificate } from "@lacio/testkit/system/own-certificate";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { developmentSecrets } from "../development-secrets.ts";

export interface KeptState {
  secrets: Record<string, Record<string, string>>;
  certificate: { cert: string; key: string };
  /** The key pair of service tokens. */
  identity: { publicKey: JWK; privateKey: JWK };
}

/**
 * What must be the same at the next `up`, because the servers' data were made with it: state.json in `dir`. Only a certificate in its last month
 * is made anew.
 */
export async function keptState(dir: string): Promise<KeptState> {
  const file = path.join(dir, "state.json");
  const before = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as KeptState) : undefined;
  const good = before && lastsAMonth(before.certificate.cert);
  const state = {
    secrets: before?.secrets ?? developmentSecrets(),
    certificate: good ? before.certificate : await ownCertificate(["localhost", "127.0.0.1", "edge"]),
    identity: before?.identity ?? (await newKeyPair()),
  };
  fs.writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
  return state;
}

const lastsAMonth = (pem: string) => new X509Certificate(pem).validToDate.getTime() > Date.now() + 30 * 86_400_000;

async function newKeyPair() {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { publicKey: await exportJWK(publicKey), privateKey: await exportJWK(privateKey) };
}
