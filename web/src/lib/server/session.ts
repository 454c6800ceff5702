import { createHash } from "node:crypto";
import type { RequestEvent } from "@sveltejs/kit";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Api } from "./api.ts";

/** Tokens live here, on the server's side of two cookies that no script can read. */
export type Session = { userId: string; role: "CLIENT" | "STYLIST" | "ADMIN"; accessToken: string };

export type Tokens = { accessToken: string; refreshToken: string };

// The __Host- prefix: Secure, for this host alone, not to be set by another one.
const accessCookie = "__Host-lacio-access";
const refreshCookie = "__Host-lacio-refresh";
// Somebody with an account has been here; whose it was is not in it. It stays when a session ends.
const knownCookie = "__Host-lacio-known";
const cookie = { path: "/", httpOnly: true, secure: true, sameSite: "lax", maxAge: 60 * 86_400 } as const;

/** Who asks. An access token at its end is renewed; a session that is over is forgotten. */
export async function openSession(event: RequestEvent, auth: Api["auth"]): Promise<Session | undefined> {
  const current = sessionOf(event.cookies.get(accessCookie));
  if (current) return current;
  const refreshToken = event.cookies.get(refreshCookie);
  if (!refreshToken) return undefined;
  try {
    return keepSession(event, await renew(refreshToken, auth));
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    // Only auth's word ends a session. While auth is away the visitor is a stranger, but may come back.
    if (error.code === Code.Unauthenticated) forgetSession(event);
    return undefined;
  }
}

export function keepSession(event: RequestEvent, tokens: Tokens): Session {
  event.cookies.set(accessCookie, tokens.accessToken, cookie);
  event.cookies.set(refreshCookie, tokens.refreshToken, cookie);
  event.cookies.set(knownCookie, "1", { ...cookie, maxAge: 400 * 86_400 });
  event.locals.session = sessionOf(tokens.accessToken)!;
  return event.locals.session;
}

export function forgetSession(event: RequestEvent): void {
  for (const name of [accessCookie, refreshCookie]) event.cookies.delete(name, cookie);
  delete event.locals.session;
}

/** As headers, for an answer that is made already: the services do not know this session any more. */
export const forgetting: string[] = [accessCookie, refreshCookie].map(
  (name) => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
);

/** Whether an account has been used in this browser. */
export const isKnown = (event: RequestEvent): boolean => event.cookies.get(knownCookie) !== undefined;

export const forgetAccount = (event: RequestEvent): void => event.cookies.delete(knownCookie, cookie);

export const refreshTokenOf = (event: RequestEvent): string | undefined => event.cookies.get(refreshCookie);

// Several requests of one page come with the same refresh token at once: they share one renewal.
const renewals = new Map<string, Promise<Tokens>>();
function renew(refreshToken: string, auth: Api["auth"]): Promise<Tokens> {
  const key = createHash("sha256").update(refreshToken).digest("base64");
  let renewal = renewals.get(key);
  if (!renewal) {
    renewal = auth.refresh({ refreshToken });
    renewals.set(key, renewal);
    void renewal.catch(() => {}).finally(() => setTimeout(() => renewals.delete(key), 5_000).unref());
  }
  return renewal;
}

const secondsToSpare = 15;

// Read, not verified: the services verify it with every call.
function sessionOf(accessToken: string | undefined): Session | undefined {
  try {
    const { sub, role, exp } = JSON.parse(Buffer.from(accessToken!.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;
    if (typeof exp !== "number" || exp * 1000 < Date.now() + secondsToSpare * 1000) return undefined;
    return { userId: String(sub), role: role as Session["role"], accessToken: accessToken! };
  } catch {
    return undefined;
  }
}
