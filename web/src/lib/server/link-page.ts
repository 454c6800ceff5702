import { Code } from "@connectrpc/connect";
import type { RequestEvent } from "@sveltejs/kit";
import { refusalOf } from "./refusal.ts";

/**
 * The secret token of a mailed link, which the Referer header must not leak. Not "no-referrer": with it browsers send a form
 * with `Origin: null`, and the CSRF check refuses it.
 */
export function tokenOf(event: RequestEvent): string {
  event.setHeaders({ "referrer-policy": "strict-origin" });
  return tokenIn(event.url);
}

/** For actions: the load that follows them sets the header. */
export const tokenIn = (url: URL): string => (url.searchParams.get("token") ?? "").slice(0, 200);

/** For a link that opens nothing, or no longer: undefined. @throws any other error */
export function unlessInvalid(error: unknown): undefined {
  const { code, reason } = refusalOf(error);
  if (reason !== "link_invalid" && code !== Code.InvalidArgument) throw error;
}
