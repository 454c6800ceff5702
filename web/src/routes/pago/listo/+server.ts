import { fromCheckout } from "#lib/server/from-checkout.ts";
import type { RequestHandler } from "./$types";

// `desde`: from when on she waits, so that the page knows when it takes long, also without script.
export const GET: RequestHandler = (event) => fromCheckout(event, (id) => `/reservas/${id}/espera?desde=${Math.floor(Date.now() / 1000)}`);
