import { offers, people } from "#lib/server/catalogue.ts";
import { lastVisit } from "#lib/server/last-visit.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals }) => {
  const [services, stylists, again] = await Promise.all([offers(locals.api), people(locals.api), lastVisit(locals)]);
  return { services, stylists, again, team: locals.session !== undefined && locals.session.role !== "CLIENT" };
};
