import { ConnectError } from "@connectrpc/connect";
import { redirect, type RequestEvent } from "@sveltejs/kit";
import { here, person } from "./guard.ts";

/** A file cannot show a page of ours when it fails: the booking's page is shown instead, and says so, or is itself a 404, 403 or 503. */
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
