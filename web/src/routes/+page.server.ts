import { offers, people } from "#lib/server/catalogue.ts";
import { lastVisit } from "#lib/server/last-visit.ts";
import { soldAgain } from "#lib/server/sold-again.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals }) => {
  const [services, stylists, last, link] = await Promise.all([
    offers(locals.api),
    people(locals.api),
    lastVisit(locals),
    soldAgain(locals.api),
  ]);
  const href = last && link(last);
  return {
    services,
    stylists,
    again: last && href ? { ...last, href } : undefined,
    team: locals.session !== undefined && locals.session.role !== "CLIENT",
  };
};
