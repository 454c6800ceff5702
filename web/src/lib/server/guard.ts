import { error, redirect, type RequestEvent } from "@sveltejs/kit";
import { getLocale, localizeHref } from "#lib/paraglide/runtime.js";
import { forgetSession, type Session } from "./session.ts";

/** The session; a visitor is redirected to the login, which returns to `next`. @throws redirect */
export function person(event: RequestEvent, next = pageOf(event)): Session {
  const { session } = event.locals;
  return session ?? toSignIn(next);
}

/** For a call that was refused as unauthenticated: the session was ended from elsewhere. @throws redirect to the login, which returns here */
export function signInAgain(event: RequestEvent): never {
  forgetSession(event);
  return toSignIn(pageOf(event));
}

const toSignIn = (next: string): never => redirect(303, `${localizeHref("/entrar")}?next=${encodeURIComponent(next)}`);

/** The URL of the page that a request is for, or that its form is on, without the `?/action` parameter. */
export function pageOf({ url }: RequestEvent): string {
  const params = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith("/")));
  return url.pathname + (params.size > 0 ? `?${params}` : "");
}

/** The client who is signed in. @throws redirect for visitors, error 403 for the staff */
export function client(event: RequestEvent): Session {
  const session = person(event);
  if (session.role !== "CLIENT") error(403);
  return session;
}

/** `next` if it is a path of this site, otherwise `otherwise`: prevents an open redirect. */
export function safeNext(next: string | null | undefined, otherwise: string): string {
  if (!next || !/^\/(?![/\\])/.test(next) || /[\\\p{Cc}]/u.test(next)) return otherwise;
  const url = new URL(next, "https://lacio.invalid");
  return url.host === "lacio.invalid" ? url.pathname + url.search : otherwise;
}

/** A path in the language of this request. */
export const here = (path: string): string => localizeHref(path, { locale: getLocale() });
