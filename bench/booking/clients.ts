import http from "node:http";
import type { AddressInfo } from "node:net";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { standIn } from "@lacio/testkit/stand-in";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

// Enough that no client reaches MAX_OPEN_HOLDS or makes two bookings at once (they would wait for each other).
const clients = 4_000;

/**
 * Access tokens signed with a key whose JWKS is served here in place of auth's, in sessions that never end: registering so many clients would take longer than the
 * measurement.
 */
export async function openClients() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "bench", alg: "ES256" }] });
  const server = http.createServer((_, res) => void res.setHeader("content-type", "application/json").end(keys));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const auth = await standIn(AuthService, { listEndedSessions: () => ({}) });
  const sign = () =>
    new SignJWT({ role: "CLIENT", sid: crypto.randomUUID() })
      .setProtectedHeader({ alg: "ES256", kid: "bench" })
      .setIssuer("lacio")
      .setAudience("lacio")
      .setSubject(crypto.randomUUID())
      .setExpirationTime("1 h")
      .sign(privateKey);
  const tokens: Promise<string>[] = [];
  return {
    authUrl: auth.url,
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    /** The token of the client who makes the n-th booking. */
    token: (n: number): Promise<string> => (tokens[n % clients] ??= sign()),
    async stop() {
      server.close();
      await auth.stop();
    },
  };
}
