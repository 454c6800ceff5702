import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { redirect, type RequestEvent } from "@sveltejs/kit";
import { dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import { offerBySlug } from "./catalogue.ts";
import { here } from "./guard.ts";
import { isHeld, openHolds } from "./open-holds.ts";
import { isAway, ownVisitIn, refusalOf } from "./refusal.ts";

/** A chosen slot. It is kept in the URL, so that it survives the login. */
export type Choice = {
  /** The service's slug. */
  service: string;
  /** RFC 3339. */
  start: string;
  /** Empty: any stylist. */
  staffId: string;
  /** Idempotency key, made when the page is rendered: a double submit books once. */
  key: string;
};

const names = { service: "servicio", start: "hora", staffId: "con", key: "clave" } as const;

/** The choice in a URL or a form; undefined when it is missing or malformed. */
export function choiceIn(fields: { get(name: string): unknown }): Choice | undefined {
  const read = (name: string) => (typeof fields.get(name) === "string" ? (fields.get(name) as string) : "");
  const choice = { service: read(names.service), start: read(names.start), staffId: read(names.staffId), key: read(names.key) };
  const valid = /^[\w-]{1,100}$/.test(choice.service) && !Number.isNaN(Date.parse(choice.start)) && /^[\w-]{8,64}$/.test(choice.key);
  return valid ? choice : undefined;
}

export const choiceParams = (choice: Choice): string =>
  new URLSearchParams(Object.entries(names).map(([field, name]) => [name, choice[field as keyof Choice]])).toString();

/** What the client agreed to: a second hold of the same service (`otra`), or an overlap with her own booking (`encima`). */
export type Agreed = "" | "otra" | "encima";

export const agreedIn = (form: FormData): Agreed => (["otra", "encima"] as const).find((one) => form.get("acepto") === one) ?? "";

/** Holds the slot and redirects to the review; or back to the slots with a question or the refusal's reason, keeping the choice. */
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
    // The client may hold it already, from another tab or from before Back.
    const mine = held.find(isHeld(choice));
    if (mine) return mine;
    if (held.length > 0 && agreed === "") return { pregunta: "otra" };
    const wish = { serviceId, desiredStart: timestampFromDate(new Date(start)), staffId, refuseOverlap: agreed !== "encima" };
    // Another choice on the same page is another request: start and stylist are part of the idempotency key.
    const headers = { "idempotency-key": `${key} ${Date.parse(start)} ${staffId}` };
    return await api.booking.createBooking(wish, { headers });
  } catch (error) {
    if (isAway(error)) return { falla: "servicio" };
    const other = ownVisitIn(error);
    if (!other) return { falla: refusalOf(error).reason };
    // Two tabs at once: the overlapping booking may be a hold of the same slot.
    return (await openHolds(api, serviceId)).find(isHeld(choice)) ?? { pregunta: other };
  }
}
