import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { redirect, type RequestEvent } from "@sveltejs/kit";
import { dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import { offerBySlug } from "./catalogue.ts";
import { here } from "./guard.ts";
import { isHeld, openHolds } from "./open-holds.ts";
import { isAway, ownVisitIn, refusalOf } from "./refusal.ts";

/** A slot that somebody chose. It travels in the address, so that signing in on the way loses nothing. */
export type Choice = {
  /** The service's slug. */
  service: string;
  /** RFC 3339. */
  start: string;
  /** Empty: any stylist. */
  staffId: string;
  /** Made with the page that offered the slot: pressing twice books once. */
  key: string;
};

const names = { service: "servicio", start: "hora", staffId: "con", key: "clave" } as const;

/** The choice in an address or a form; undefined when there is none or it is no choice. */
export function choiceIn(fields: { get(name: string): unknown }): Choice | undefined {
  const read = (name: string) => (typeof fields.get(name) === "string" ? (fields.get(name) as string) : "");
  const choice = { service: read(names.service), start: read(names.start), staffId: read(names.staffId), key: read(names.key) };
  const valid = /^[\w-]{1,100}$/.test(choice.service) && !Number.isNaN(Date.parse(choice.start)) && /^[\w-]{8,64}$/.test(choice.key);
  return valid ? choice : undefined;
}

export const choiceParams = (choice: Choice): string =>
  new URLSearchParams(Object.entries(names).map(([field, name]) => [name, choice[field as keyof Choice]])).toString();

/** What she was asked and agreed to: to hold it beside another hour of the same service, or beside any visit of hers at that time. */
export type Agreed = "" | "otra" | "encima";

export const agreedIn = (form: FormData): Agreed => (["otra", "encima"] as const).find((one) => form.get("acepto") === one) ?? "";

/** Holds the slot for whoever is signed in and goes on to the review; or back to the slots with a question, or saying why not, with nothing lost. */
export async function hold(event: RequestEvent, choice: Choice, agreed: Agreed = ""): Promise<never> {
  const { service, start, staffId } = choice;
  const outcome = await tryToHold(event.locals.api, choice, agreed);
  if ("bookingId" in outcome) redirect(303, here(`/reservas/${outcome.bookingId}/pagar`));
  const failure = "falla" in outcome ? outcome.falla : undefined;
  if (failure === "unauthenticated") redirect(303, here(`/entrar?${choiceParams(choice)}`));
  if (failure === "too_many_holds") redirect(303, here("/reservas?falla=too_many_holds"));
  redirect(303, here(`/reservar/${service}?${new URLSearchParams({ dia: dayOf(start), con: staffId, hora: start, ...outcome })}`));
}

type Outcome = { bookingId: string } | { pregunta: string } | { falla: string };

async function tryToHold(api: Api, choice: Choice, agreed: Agreed): Promise<Outcome> {
  const { service, start, staffId, key } = choice;
  let serviceId = "";
  try {
    ({ id: serviceId } = await offerBySlug(api, service));
    const held = await openHolds(api, serviceId);
    // She may have it already: from another tab, or from before she went back.
    const mine = held.find(isHeld(choice));
    if (mine) return mine;
    if (held.length > 0 && agreed === "") return { pregunta: "otra" };
    const wish = { serviceId, desiredStart: timestampFromDate(new Date(start)), staffId, refuseOverlap: agreed !== "encima" };
    // Another choice on the same page is another wish, and needs a key of its own.
    const headers = { "idempotency-key": `${key} ${Date.parse(start)} ${staffId}` };
    return await api.booking.createBooking(wish, { headers });
  } catch (error) {
    if (isAway(error)) return { falla: "servicio" };
    const other = ownVisitIn(error);
    if (!other) return { falla: refusalOf(error).reason };
    // Two tabs at once: what is in the way may be the very hour that she wants.
    return (await openHolds(api, serviceId)).find(isHeld(choice)) ?? { pregunta: other };
  }
}
