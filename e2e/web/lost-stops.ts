import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { System } from "@lacio/testkit/system";
import { clientFor, type SignedIn } from "@lacio/testkit/testing";
import { Reassignment_State as State, ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { loseStylist, settles, type LostVisit } from "./lost-visits.ts";
import { press, type Stop } from "./stop.ts";
import { paidBooking } from "./world.ts";

/** The screens of visits whose stylist can't come, of the mail's link and signed in. */
export async function lostStops(system: System, client: SignedIn): Promise<Stop[]> {
  const lost = await lostVisits(system, client);
  return [
    { name: "respuesta", who: "visitor", path: answer(lost.offered) },
    { name: "respuesta-devolver", who: "visitor", path: answer(lost.offered, "", "&respuesta=devolver") },
    { name: "respuesta-sin-reemplazo", who: "visitor", path: answer(lost.alone) },
    { name: "respuesta-otra-hora", who: "visitor", path: answer(lost.offered, "/otra-hora") },
    { name: "respuesta-otra-hora-elegida", who: "visitor", path: answer(lost.alone, "/otra-hora", "&otra=1") },
    {
      name: "respuesta-otra-hora-ocupada",
      who: "visitor",
      path: answer(lost.offered, "/otra-hora", "&falla=slot_taken&hora=2027-01-04T15:00:00Z"),
    },
    {
      name: "respuesta-otra-hora-encima",
      who: "visitor",
      path: answer(lost.alone, "/otra-hora", `&falla=overlaps_own_visit&hora=${await nearestTo(lost.alone, system, client)}`),
    },
    {
      name: "respuesta-sin-elegir",
      who: "visitor",
      path: answer(lost.offered, "/otra-hora"),
      then: async (page) => {
        await press(page, /Cambiar hora|Change time/);
        await page.getByRole("alert").first().waitFor();
      },
    },
    { name: "respuesta-aceptada", who: "visitor", path: answer(lost.moved) },
    { name: "respuesta-devuelta", who: "visitor", path: answer(lost.refunded) },
    { name: "respuesta-tarde", who: "visitor", path: answer(lost.refunded, "", "&falla=already_answered") },
    { name: "respuesta-no-sirve", who: "visitor", path: "/links/cita?token=nada" },
    { name: "cita-sin-estilista", who: "client", path: `/reservas/${lost.offered.bookingId}` },
    { name: "cita-sin-reemplazo", who: "client", path: `/reservas/${lost.alone.bookingId}` },
    { name: "cita-otra-hora", who: "client", path: `/reservas/${lost.offered.bookingId}/otra-hora` },
    { name: "cancelar-sin-estilista", who: "client", path: `/reservas/${lost.offered.bookingId}/cancelar` },
    { name: "cita-reasignada", who: "client", path: `/reservas/${lost.moved.bookingId}?aceptada=1` },
  ];
}

const answer = ({ token }: LostVisit, below = "", more = "") => `/links/cita${below}?token=${token}${more}`;

/** The first of the other times that are proposed, as in an address. */
async function nearestTo({ bookingId }: LostVisit, system: System, client: SignedIn): Promise<string> {
  const { alternatives } = await clientFor(ReassignmentService, system, client.accessToken).getAlternatives({ bookingId });
  return timestampDate(alternatives[0]!.start!).toISOString().replace(".000Z", "Z");
}

/** Visits whose stylist can't come: a substitute is held, nobody else is free, accepted, and refunded. */
async function lostVisits(system: System, client: SignedIn): Promise<Record<"offered" | "alone" | "moved" | "refunded", LostVisit>> {
  const lose = async (skip: number, nobodyElse = false) =>
    loseStylist(system, client, await paidBooking(system, client, { skip, substitutes: true }), nobodyElse);
  const [offered, moved, refunded, alone] = [await lose(20), await lose(40), await lose(60), await lose(80, true)];
  const reassignments = clientFor(ReassignmentService, system, client.accessToken);
  const { reassignment } = await reassignments.getAlternatives({ bookingId: moved.bookingId });
  await reassignments.answerReassignment({
    bookingId: moved.bookingId,
    answer: { case: "accept", value: reassignment!.offer!.offerId },
  });
  await reassignments.answerReassignment({ bookingId: refunded.bookingId, answer: { case: "decline", value: {} } });
  await settles(system, client, moved.bookingId, State.MOVED);
  await settles(system, client, refunded.bookingId, State.REFUNDED);
  return { offered, alone, moved, refunded };
}
