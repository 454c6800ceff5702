import { redirect, type RequestEvent } from "@sveltejs/kit";
import { localizeHref } from "#lib/paraglide/runtime.js";
import { localeCookie } from "./locale-cookie.ts";

/** The checkout returns to one URL without a language: redirects to the booking's page in the language of the locale cookie. */
export function fromCheckout(event: RequestEvent, page: (bookingId: string) => string): never {
  const id = event.url.searchParams.get("booking") ?? "";
  const locale = event.cookies.get(localeCookie) === "en" ? "en" : "es";
  redirect(303, localizeHref(/^[\w-]{36}$/.test(id) ? page(id) : "/reservas", { locale }));
}
