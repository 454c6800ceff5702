import { createHash } from "node:crypto";
import type { RequestEvent } from "@sveltejs/kit";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Api } from "./api.ts";

/** Read on the server from two HttpOnly cookies: no script in the page can read the tokens. */
export type Session = { userId: string; role: "CLIENT" | "STYLIST" | "ADMIN"; accessToken: string };

export type Tokens = { accessToken: string; refreshToken: string };

// The __Host- prefix: browsers accept it only with Secure and without Domain, so no other host (a subdomain) can set it.
const accessCookie = "__Host-lacio-access";
const refreshCookie = "__Host-lacio-refresh";
// Marks a browser in which an account has been used, without naming it. It outlives the session.
const knownCookie = "__Host-lacio-known";
const cookie = { path: "/", httpOnly: true, secure: true, sameSite: "lax", maxAge: 60 * 86_400 } as const;

/** The request's session. Renews an access token that is about to expire; deletes the cookies of a session that has ended. */
export async function openSession(event: RequestEvent, auth: Api["auth"]): Promise<Session | undefined> {
  const current = sessionOf(event.cookies.get(accessCookie));
  if (current) return current;
  const refreshToken = event.cookies.get(refreshCookie);
  if (!refreshToken) return undefined;
  try {
    return keepSession(event, await renew(refreshToken, auth));
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    // Only auth's UNAUTHENTICATED ends a session. While auth is unavailable the request counts as signed out, but the cookies stay.
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

/** Set-Cookie headers for a response that exists already: the services answered 401. */
export const forgetting: string[] = [accessCookie, refreshCookie].map(
  (name) => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
);

/** Whether an account has been used in this browser. */
export const isKnown = (event: RequestEvent): boolean => event.cookies.get(knownCookie) !== undefined;

export const forgetAccount = (event: RequestEvent): void => event.cookies.delete(knownCookie, cookie);

export const refreshTokenOf = (event: RequestEvent): string | undefined => event.cookies.get(refreshCookie);

// Parallel requests of one page carry the same refresh token: they share one renewal.
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

// Decoded, not verified: the services verify the signature with every call.
function sessionOf(accessToken: string | undefined): Session | undefined {
  try {
    const { sub, role, exp } = JSON.parse(Buffer.from(accessToken!.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;
    if (typeof exp !== "number" || exp * 1000 < Date.now() + secondsToSpare * 1000) return undefined;
    return { userId: String(sub), role: role as Session["role"], accessToken: accessToken! };
  } catch {
    return undefined;
  }
}
