import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from "jose";

/** Stands in for auth: signs access tokens and publishes the key. */
export async function tokenIssuer(): Promise<TokenIssuer> {
  const [ours, foreign] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")]);
  const jwks = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: "k1", alg: "ES256", use: "sig" }] };
  const token = (claims: JWTPayload = {}, key = ours.privateKey) =>
    new SignJWT({ iss: "lacio", aud: "lacio", sub: person, role: "CLIENT", sid: "s1", exp: now() + 600, ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "k1" })
      .sign(key);
  return { jwks, token, foreignToken: () => token({}, foreign.privateKey) };
}

export const person = "0192f0c1-0000-7000-8000-000000000001";
export const now = () => Math.floor(Date.now() / 1000);

export interface TokenIssuer {
  jwks: object;
  /** Claims that differ from a good CLIENT's. */
  token(claims?: JWTPayload): Promise<string>;
  /** Signed by another key, with our key's id (kid). */
  foreignToken(): Promise<string>;
}
