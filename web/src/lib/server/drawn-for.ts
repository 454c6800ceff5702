import { redirect, type RequestEvent } from "@sveltejs/kit";
import type { Handle } from "@sveltejs/kit/hooks";
import { here, pageOf } from "./guard.ts";

/** The id of the account a form was rendered for, "" for a visitor; a hidden field of every form (Form.svelte). */
export const drawnFor = (form: FormData): string | undefined => {
  const account = form.get("cuenta");
  return typeof account === "string" ? account : undefined;
};

/**
 * Refuses a POST from a stale tab, whose form was rendered for another account than the session's, and redirects to a page that says so.
 * A form rendered for a visitor is accepted from any account; without a session the page's own guard redirects to the login.
 */
export const refuseOthersForms: Handle = async ({ event, resolve }) => {
  const { session } = event.locals;
  if (session && event.request.method === "POST" && event.route.id) {
    const form = await formOf(event.request);
    const account = form && drawnFor(form);
    if (form && account !== "" && account !== session.userId) redirect(303, here(`/otra-cuenta${nextOf(event)}`));
  }
  return resolve(event);
};

// A body that is no form is left to the page, which refuses it.
const formOf = (request: Request): Promise<FormData | undefined> =>
  request
    .clone()
    .formData()
    .catch(() => undefined);

// The one-time token of a mailed link must not be copied into another URL.
const nextOf = (event: RequestEvent): string =>
  event.url.searchParams.has("token") ? "" : `?${new URLSearchParams({ next: pageOf(event) })}`;
