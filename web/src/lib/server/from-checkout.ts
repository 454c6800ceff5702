import { redirect, type RequestEvent } from "@sveltejs/kit";
import { localizeHref } from "#lib/paraglide/runtime.js";
import { localeCookie } from "./locale-cookie.ts";

/** The checkout knows one address to come back to, without a language: this one leads on to the booking's page in hers. */
export function fromCheckout(event: RequestEvent, page: (bookingId: string) => string): never {
  const id = event.url.searchParams.get("booking") ?? "";
  const locale = event.cookies.get(localeCookie) === "en" ? "en" : "es";
  redirect(303, localizeHref(/^[\w-]{36}$/.test(id) ? page(id) : "/reservas", { locale }));
}
