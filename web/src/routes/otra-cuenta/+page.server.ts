import { here, person, safeNext } from "#lib/server/guard.ts";
import { isAway } from "#lib/server/refusal.ts";
import type { PageServerLoad } from "./$types";

// Where drawn-for.ts redirects a form that was rendered for another account.
export const load: PageServerLoad = async (event) => {
  const next = safeNext(event.url.searchParams.get("next"), here("/cuenta"));
  person(event, next);
  const { profile } = await event.locals.api.users.getMe({}).catch((error: unknown) => {
    if (isAway(error)) return { profile: undefined };
    throw error;
  });
  // A booking of the other account would be a 404: link to the list instead.
  const mine = next.replace(/(\/reservas)\/.*/, "$1");
  return { name: profile?.name, email: profile?.email, next, mine };
};
