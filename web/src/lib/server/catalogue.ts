import { error } from "@sveltejs/kit";
import type { SalonService, Stylist } from "@lacio/proto/staff/v1/staff_service";
import { getLocale } from "#lib/paraglide/runtime.js";
import { slug } from "#lib/slug.ts";
import type { Api } from "./api.ts";

/** What is sold, as pages show it. The price is in minor units of COP, IVA included. */
export type Offer = {
  id: string;
  slug: string;
  name: string;
  description: string;
  price: number;
  ivaPercent: number;
  minutes: number;
  /** The stylist is free for a part of it. */
  pauses: boolean;
  skillIds: string[];
};

export type Person = { id: string; name: string; bio: string; skillIds: string[] };

export async function offers({ staff }: Api): Promise<Offer[]> {
  const all = (await staff.listServices({ pageSize: 200 })).services.map(shown);
  const shared = (one: Offer) => all.filter((other) => other.slug === one.slug).length > 1;
  return all.map((offer) => (shared(offer) ? { ...offer, slug: offer.id } : offer)); // two names can give the same slug
}

/** The service by its slug or its id: a booking links by id, which survives a rename. @throws error 404 */
export async function offerBySlug(api: Api, wanted: string): Promise<Offer> {
  const found = (await offers(api)).find((offer) => offer.slug === wanted || offer.id === wanted);
  return found ?? error(404);
}

export async function people({ staff }: Api): Promise<Person[]> {
  return (await staff.listStaff({ pageSize: 200 })).staff.map(({ id, name, bio, skillIds }: Stylist) => ({ id, name, bio, skillIds }));
}

/** Who has every skill that a service needs. */
export const ableTo = (offer: Offer, all: Person[]): Person[] =>
  all.filter(({ skillIds }) => offer.skillIds.every((skill) => skillIds.includes(skill)));

function shown(service: SalonService): Offer {
  const english = getLocale() === "en";
  return {
    id: service.id,
    slug: slug(service.name), // of the Spanish name in both languages, so that the language switch keeps the slug
    name: (english && service.nameEn) || service.name,
    description: (english && service.descriptionEn) || service.description,
    price: Number(service.price?.minorUnits ?? 0n),
    ivaPercent: service.ivaPercent,
    minutes: service.durationMinutes,
    pauses: service.phases.some(({ busy }) => !busy),
    skillIds: service.skillIds,
  };
}
