import type { Api } from "./api.ts";
import { ableTo, offers, people } from "./catalogue.ts";

type Visit = { serviceId: string; staffId: string };

/**
 * Where the same can be booked again: with whoever did it, while she still does, or else with anybody. Undefined for what is not sold any
 * more; and while nobody can be asked, because a link must not lead nowhere.
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
