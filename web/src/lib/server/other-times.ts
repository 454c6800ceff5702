import { dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import type { Calendar } from "./calendar.ts";
import { ableTo, offers, people } from "./catalogue.ts";
import type { Door } from "./reassignment-door.ts";
import { reassignmentView, type ReassignmentView } from "./reassignment-view.ts";
import { calendarFor } from "./slots.ts";
import { wishIn } from "./wish.ts";

/** The other hours of a visit that lost its stylist; `calendar` is absent while availability is unavailable. */
export type OtherTimes = {
  view: ReassignmentView;
  calendar?: Calendar;
  people: { id: string; name: string }[];
  failure?: string;
};

/** The same behind both doors. Undefined: no other time can be chosen, now or any more. */
export async function otherTimes(api: Api, door: Door, url: URL): Promise<OtherTimes | undefined> {
  const view = reassignmentView(await door.see());
  if (view?.stage !== "asking") return undefined;
  // Without the catalogue the hours are shown without the choice of a stylist.
  const [services, everybody] = await Promise.all([offers(api), people(api)]).catch(() => [[], []]);
  const offer = services.find(({ id }) => id === view.serviceId);
  const able = (offer ? ableTo(offer, everybody) : []).map(({ id, name }) => ({ id, name }));
  const con = url.searchParams.get("con") ?? "";
  const staffId = able.some(({ id }) => id === con) ? con : "";
  const { failure, ...asked } = wishIn(url);
  const wish = { serviceId: view.serviceId, staffId, ...(!asked.start && { day: dayOf(view.start) }), ...asked };
  return { view, calendar: await calendarFor(door.slots, wish), people: able, failure };
}
