import { redirect, type RequestEvent } from "@sveltejs/kit";
import type { Handle } from "@sveltejs/kit/hooks";
import { here, pageOf } from "./guard.ts";

/** For whom a form was drawn: an account's id, or nobody's (""). Every form of ours says it; see Form.svelte. */
export const drawnFor = (form: FormData): string | undefined => {
  const account = form.get("cuenta");
  return typeof account === "string" ? account : undefined;
};

/**
 * Nothing is done of a form that was drawn for another account than the one that is signed in by now: she is told so instead. What was
 * drawn for nobody is of whoever signs in; and who is not signed in any more is led to the door by the page itself.
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

// What is no form is refused by the page.
const formOf = (request: Request): Promise<FormData | undefined> =>
  request
    .clone()
    .formData()
    .catch(() => undefined);

// A link's token goes into no other address.
const nextOf = (event: RequestEvent): string =>
  event.url.searchParams.has("token") ? "" : `?${new URLSearchParams({ next: pageOf(event) })}`;
