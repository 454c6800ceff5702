import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { redirect, type RequestEvent } from "@sveltejs/kit";
import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";
import { dayOf } from "#lib/format.ts";
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
  const offer = await offerBySlug(api, choice.service);
  const wish = { serviceId: offer.id, desiredStart: timestampFromDate(new Date(choice.start)), staffId: choice.staffId };
  let bookingId: string | undefined;
  let failure = "servicio";
  try {
    ({ bookingId } = await api.booking.createBooking(wish, { headers: { "idempotency-key": choice.key } }));
  } catch (error) {
    if (!isAway(error)) {
      failure = refusalOf(error).reason;
      if (failure === "slot_taken") bookingId = await ownHold(event, offer.id, choice.start);
    }
  }
  if (bookingId) redirect(303, here(`/reservas/${bookingId}/pagar`));
  if (failure === "too_many_holds") redirect(303, here("/reservas?falla=too_many_holds"));
  const back = new URLSearchParams({ dia: dayOf(choice.start), con: choice.staffId, hora: choice.start, falla: failure });
  redirect(303, here(`/reservar/${choice.service}?${back}`));
}

// The slot may be taken by this very client: another tab, or the page before this one.
async function ownHold({ locals }: RequestEvent, serviceId: string, start: string): Promise<string | undefined> {
  const { bookings } = await locals.api.booking.listBookings({ pageSize: 50, statuses: [Status.PENDING_PAYMENT] });
  const at = Date.parse(start);
  return bookings.find(({ lines }) => lines.some((line) => line.serviceId === serviceId && timestampDate(line.start!).getTime() === at))
    ?.bookingId;
}
