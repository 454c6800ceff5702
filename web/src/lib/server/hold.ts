import { timestampDate, timestampFromDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { redirect, type RequestEvent } from "@sveltejs/kit";
import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";
import { dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import { offerBySlug } from "./catalogue.ts";
import { here } from "./guard.ts";
import { isAway, refusalOf } from "./refusal.ts";

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

/** Holds the slot for whoever is signed in and goes on to the review; or back to the slots, saying why not, with nothing lost. */
export async function hold(event: RequestEvent, choice: Choice): Promise<never> {
  const { api } = event.locals;
  const { service, start, staffId, key } = choice;
  let bookingId: string | undefined;
  let failure = "servicio";
  try {
    const { id: serviceId } = await offerBySlug(api, service);
    // She may have it already: from another tab, or from before she went back.
    bookingId = (await openHolds(api, serviceId)).find((one) => isSame(one, choice))?.bookingId;
    const wish = { serviceId, desiredStart: timestampFromDate(new Date(start)), staffId };
    // Another choice on the same page is another wish, and needs a key of its own.
    const headers = { "idempotency-key": `${key} ${Date.parse(start)} ${staffId}` };
    bookingId ??= (await api.booking.createBooking(wish, { headers })).bookingId;
  } catch (error) {
    if (!isAway(error)) failure = refusalOf(error).reason;
  }
  if (bookingId) redirect(303, here(`/reservas/${bookingId}/pagar`));
  if (failure === "unauthenticated") redirect(303, here(`/entrar?${choiceParams(choice)}`));
  if (failure === "too_many_holds") redirect(303, here("/reservas?falla=too_many_holds"));
  const back = new URLSearchParams({ dia: dayOf(start), con: staffId, hora: start, falla: failure });
  redirect(303, here(`/reservar/${service}?${back}`));
}

export type OpenHold = { bookingId: string; start: string; end: string; staffId: string };

/** What she holds of a service and has not paid yet. */
export async function openHolds({ booking }: Api, serviceId: string): Promise<OpenHold[]> {
  const { bookings } = await booking.listBookings({ pageSize: 50, statuses: [Status.PENDING_PAYMENT] });
  return bookings
    .filter(({ expiresAt, lines }) => expiresAt && timestampDate(expiresAt) > new Date() && lines[0]?.serviceId === serviceId)
    .map(({ bookingId, start, end, staffId }) => ({ bookingId, start: iso(start!), end: iso(end!), staffId }));
}

const iso = (at: Timestamp): string => timestampDate(at).toISOString();

const isSame = (held: OpenHold, { start, staffId }: Choice): boolean =>
  Date.parse(held.start) === Date.parse(start) && (staffId === "" || staffId === held.staffId);
