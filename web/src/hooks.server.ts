import type { Handle, HandleServerError, ServerInit } from "@sveltejs/kit/hooks";
import { sequence } from "@sveltejs/kit/hooks";
import { building, dev } from "$app/env";
import { paraglideMiddleware } from "#lib/paraglide/server.js";
import { apiFor } from "#lib/server/api.ts";
import { checkoutOrigins } from "#lib/server/checkout-origins.ts";
import { refuseOthersForms } from "#lib/server/drawn-for.ts";
import { localeCookie } from "#lib/server/locale-cookie.ts";
import { log } from "#lib/server/log.ts";
import { countRequests } from "#lib/server/metrics.ts";
import { openOps } from "#lib/server/ops.ts";
import { statusOf } from "#lib/server/refusal.ts";
import { forgetting, openSession } from "#lib/server/session.ts";

// A development server starts anew at each change, beside a running web: it has no ops port.
export const init: ServerInit = async () => {
  if (!building && !dev) await openOps();
};

const localize: Handle = ({ event, resolve }) =>
  paraglideMiddleware(event.request, ({ locale }) => {
    if (event.route.id?.startsWith("/reservas/") && event.cookies.get(localeCookie) !== locale)
      event.cookies.set(localeCookie, locale, { path: "/", httpOnly: true, secure: true, sameSite: "lax", maxAge: 86_400 });
    return resolve(event, { transformPageChunk: ({ html }) => html.replace("%lang%", locale) });
  });

const identify: Handle = async ({ event, resolve }) => {
  const { locals, request } = event;
  locals.requestId = request.headers.get("x-request-id") ?? crypto.randomUUID();
  locals.api = apiFor({
    accessToken: () => locals.session?.accessToken,
    requestId: locals.requestId,
    traceparent: request.headers.get("traceparent") ?? undefined,
    userAgent: request.headers.get("user-agent") ?? undefined,
  });
  if (event.route.id) locals.session = await openSession(event, locals.api.auth);
  return resolve(event);
};

const setHeaders: Handle = async ({ event, resolve }) => {
  const response = await resolve(event);
  const { headers } = response;
  if (response.status === 401) for (const cookie of forgetting) headers.append("set-cookie", cookie);
  headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("referrer-policy")) headers.set("referrer-policy", "strict-origin-when-cross-origin");
  headers.set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("x-request-id", event.locals.requestId);
  // The "Pay" form is answered with a redirect to the checkout, and browsers apply the CSP's form-action to redirects too.
  const policy = headers.get("content-security-policy");
  if (policy)
    headers.set("content-security-policy", policy.replace("form-action 'self'", `form-action 'self' ${checkoutOrigins.join(" ")}`));
  // Never cache a page unless its route set cache-control.
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
  return response;
};

export const handle = sequence(countRequests, setHeaders, identify, localize, refuseOthersForms);

export const handleError: HandleServerError = ({ error, kind, event }) => {
  const { requestId } = event.locals;
  if (kind !== "unknown") return { requestId };
  const status = statusOf(error);
  if (status >= 500) log.error({ err: error, request_id: requestId, route: event.route.id }, "a page failed");
  return { status, requestId };
};
