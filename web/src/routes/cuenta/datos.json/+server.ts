import { redirect } from "@sveltejs/kit";
import { everythingAbout } from "#lib/server/everything-about.ts";
import { here, person } from "#lib/server/guard.ts";
import { isAway } from "#lib/server/refusal.ts";
import type { RequestHandler } from "./$types";

/** What the salon holds about whoever is signed in, as a file. */
export const GET: RequestHandler = async (event) => {
  const { role } = person(event, here("/cuenta"));
  let data;
  try {
    data = await everythingAbout(event.locals.api, role);
  } catch (error) {
    // Half of it would look like all of it.
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
