import type { Api } from "./api.ts";
import { ableTo, offers, people } from "./catalogue.ts";

type Visit = { serviceId: string; staffId: string };

/**
 * A link to book the same again: with the same stylist if she still has the skills, otherwise with any. Undefined when the service is not
 * sold any more, and while staff is unavailable, as the link could lead to a 404.
 */
export async function soldAgain(api: Api): Promise<(visit: Visit) => string | undefined> {
  const [sold, team] = await Promise.all([offers(api), people(api)]).catch(() => [[], []]);
  return ({ serviceId, staffId }) => {
    const offer = sold.find(({ id }) => id === serviceId);
    if (!offer) return undefined;
    const con = ableTo(offer, team).some(({ id }) => id === staffId) ? staffId : "";
    return `/reservar/${serviceId}?con=${con}&otra=1`;
  };
}
