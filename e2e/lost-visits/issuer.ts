import http from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Plays auth: signs people's tokens, and serves the key that verifies them. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "people", alg: "ES256", use: "sig" }] });
  const server = http.createServer((_, response) => response.setHeader("content-type", "application/json").end(keys));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: (id: string, role: "CLIENT" | "STYLIST" | "ADMIN") =>
      new SignJWT({ role, sid: crypto.randomUUID() })
        .setProtectedHeader({ alg: "ES256", kid: "people" })
        .setIssuer("lacio")
        .setAudience("lacio")
        .setSubject(id)
        .setExpirationTime("1 day")
        .sign(privateKey),
    stop: () => void server.close(),
  };
}
