import { fromCheckout } from "#lib/server/from-checkout.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = (event) => fromCheckout(event, (id) => `/reservas/${id}/espera`);
