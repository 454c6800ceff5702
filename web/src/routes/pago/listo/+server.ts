import { fromCheckout } from "#lib/server/from-checkout.ts";
import type { RequestHandler } from "./$types";

// `desde`: the start of the wait in Unix seconds, so that the page notices a long wait even without script.
export const GET: RequestHandler = (event) => fromCheckout(event, (id) => `/reservas/${id}/espera?desde=${Math.floor(Date.now() / 1000)}`);
