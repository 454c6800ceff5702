import { redirect } from "@sveltejs/kit";
import { everythingAbout } from "#lib/server/everything-about.ts";
import { here, person } from "#lib/server/guard.ts";
import { isAway } from "#lib/server/refusal.ts";
import type { RequestHandler } from "./$types";

/** The data export of the signed-in person (habeas data), as a file. */
export const GET: RequestHandler = async (event) => {
  const { role } = person(event, here("/cuenta"));
  let data;
  try {
    data = await everythingAbout(event.locals.api, role);
  } catch (error) {
    // All or nothing: an incomplete export would look complete.
    if (isAway(error)) redirect(303, here("/cuenta?falla=datos"));
    throw error;
  }
  return new Response(JSON.stringify(data, null, 2), {
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": 'attachment; filename="mis-datos-lacio.json"',
      "cache-control": "private, no-store",
    },
  });
};
