import type { RequestEvent } from "@sveltejs/kit";

/**
 * The one-time token of a mailed link, which must not travel on in a referrer. Not "no-referrer": with it browsers send a form
 * with `Origin: null`, like one of another site, and it would be refused.
 */
export function tokenOf(event: RequestEvent): string {
  event.setHeaders({ "referrer-policy": "strict-origin" });
  return (event.url.searchParams.get("token") ?? "").slice(0, 200);
}
