import { dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import type { Calendar } from "./calendar.ts";
import { ableTo, offers, people } from "./catalogue.ts";
import { wayIn, type Way } from "./answer-visit.ts";
import type { Door } from "./reassignment-door.ts";
import { reassignmentView, type ReassignmentView } from "./reassignment-view.ts";
import { calendarFor } from "./slots.ts";
import { wishIn } from "./wish.ts";

/** What a page shows for the answer to a lost visit; the same behind both doors. */
export type AnswerPage = {
  view: ReassignmentView;
  /** The answer that its address asks for: `?respuesta=`. */
  way?: Way;
  times?: OtherTimes;
  /** The reason of a refusal that the address tells. */
  failure?: string;
};

/** The other hours; `calendar` is absent while availability is unavailable. */
export type OtherTimes = { calendar?: Calendar; people: { id: string; name: string }[] };

/** Undefined: there is nothing to answer. */
export async function answerPage(api: Api, door: Door, url: URL): Promise<AnswerPage | undefined> {
  const view = reassignmentView(await door.see());
  if (!view) return undefined;
  const way = wayIn(url.searchParams);
  const choosing = view.stage === "asking" && (way === "otra-hora" || (!view.offer && way !== "devolver"));
  const times = choosing ? await otherTimes(api, door, view, url) : undefined;
  const failure = url.searchParams.get("falla");
  return { view, ...(way && { way }), ...(times && { times }), ...(failure && { failure }) };
}

async function otherTimes(api: Api, door: Door, { serviceId, start }: ReassignmentView, url: URL): Promise<OtherTimes> {
  // Without the catalogue the hours are shown without the choice of a stylist.
  const [services, everybody] = await Promise.all([offers(api), people(api)]).catch(() => [[], []]);
  const offer = services.find(({ id }) => id === serviceId);
  const able = (offer ? ableTo(offer, everybody) : []).map(({ id, name }) => ({ id, name }));
  const con = url.searchParams.get("con") ?? "";
  const staffId = able.some(({ id }) => id === con) ? con : "";
  const { failure: _, ...asked } = wishIn(url);
  const wish = { serviceId, staffId, ...(!asked.start && { day: dayOf(start) }), ...asked };
  return { calendar: await calendarFor(door.slots, wish), people: able };
}
