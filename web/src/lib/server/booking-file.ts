import { ConnectError } from "@connectrpc/connect";
import { redirect, type RequestEvent } from "@sveltejs/kit";
import { here, person } from "./guard.ts";

/** A failed download can show no message: it redirects to the booking's page, which shows the failure or is itself a 404, 403 or 503. */
export async function bookingFile(event: RequestEvent<{ id: string }>, name: string, make: () => Promise<Response>): Promise<Response> {
  const page = here(`/reservas/${event.params.id}`);
  if (person(event).role !== "CLIENT") redirect(303, page);
  try {
    return await make();
  } catch (error) {
    if (error instanceof ConnectError) redirect(303, `${page}?falla=${name}`);
    throw error;
  }
}
