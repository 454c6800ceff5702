import type { HandlerContext } from "@connectrpc/connect";
import { caller, mayAct } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { Reassignment } from "../domain/reassignment.ts";

/** The reassignment of a booking's latest loss, if this caller may see it. @throws Refusal `not_found` */
export async function visibleReassignment(app: App, bookingId: string, ctx: HandlerContext): Promise<Reassignment> {
  const found = await app.db.read().find(Reassignment, { bookingId }, { orderBy: { openedAt: "desc", id: "desc" }, limit: 1 });
  const [reassignment] = found;
  if (!reassignment || !mayAct(caller(ctx), reassignment.clientId)) throw notFound("reassignment");
  return reassignment;
}
