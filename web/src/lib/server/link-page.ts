import type { RequestEvent } from "@sveltejs/kit";

/**
 * The one-time token of a mailed link, which the Referer header must not leak. Not "no-referrer": with it browsers send a form
 * with `Origin: null`, and the CSRF check refuses it.
 */
export function tokenOf(event: RequestEvent): string {
  event.setHeaders({ "referrer-policy": "strict-origin" });
  return (event.url.searchParams.get("token") ?? "").slice(0, 200);
}
