import { createHash } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { caller, isAdmin, mayAct, person } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { CreateStylistRequest, StylistSchema } from "@lacio/proto/staff/v1/staff_service";
import { ensureStylist, lockStylist } from "../acts/ensure-stylist.ts";
import { skillsOf } from "../acts/skills-of.ts";
import type { App, Rpc } from "../app.ts";
import { Stylist } from "../domain/stylist.ts";
import { pageByName } from "./page-by-name.ts";

export const listStaff = (app: App): Rpc["listStaff"] =>
  async function listStaff(req, ctx) {
    const all = req.includeInactive && isAdmin(caller(ctx));
    const where = { ...(!all && { active: true }), ...(req.skillId && { skills: { $some: { id: req.skillId } } }) };
    const { rows, nextPageToken } = await pageByName(req, (after, options) =>
      app.db.read().find(Stylist, { ...after, ...where }, { ...options, populate: ["skills"] }),
    );
    return { staff: rows.map(showStylist), nextPageToken };
  };

export const getStylist = (app: App): Rpc["getStylist"] =>
  async function getStylist({ staffId }, ctx) {
    const stylist = await app.db.read().findOne(Stylist, { id: staffId }, { populate: ["skills"] });
    // Somebody inactive is hidden from the public, not from services: old bookings still name the stylist.
    if (!stylist || !(stylist.active || mayAct(caller(ctx), stylist.id))) throw notFound("stylist");
    return { stylist: showStylist(stylist) };
  };

// Two services, no common transaction: after a crash between account and stylist, the account's event or the caller's retry completes it.
export const createStylist = (app: App): Rpc["createStylist"] =>
  async function createStylist(req, ctx) {
    await skillsOf(app.db.read(), req.skillIds, "skillIds");
    const id = await openAccount(app, req, ctx);
    failpoint("staff.after_account_before_stylist");
    return app.transact(async (tx) => {
      const skills = await skillsOf(tx.em, req.skillIds, "skillIds");
      const stylist = await ensureStylist(tx, id, req.name, app.now());
      tx.emit(...stylist.change({ name: req.name, bio: req.bio, skills }));
      return { stylist: showStylist(stylist) };
    }, ctx);
  };

async function openAccount(app: App, req: CreateStylistRequest, ctx: HandlerContext): Promise<string> {
  const { email, password, name, phone } = req;
  const key = ctx.requestHeader.get("idempotency-key");
  const headers = key ? { "idempotency-key": keyFor(person(ctx).id, key) } : undefined;
  const { user } = await app.auth.createAccount({ email, password, name, phone, role: Caller_Role.STYLIST }, { headers });
  return user!.id;
}

// Auth scopes idempotency keys by caller, and its caller is staff: the person's id in the key keeps two admins' keys apart.
const keyFor = (callerId: string, key: string): string => createHash("sha256").update(`${callerId} ${key}`).digest("hex");

export const updateStylist = (app: App): Rpc["updateStylist"] =>
  function updateStylist({ staffId, name, bio, skillIds, active }, ctx) {
    return app.transact(async (tx) => {
      const stylist = await lockStylist(tx, staffId);
      const skills = skillIds && (await skillsOf(tx.em, skillIds.ids, "skillIds.ids"));
      tx.emit(...stylist.change({ name, bio, skills, active }));
      return { stylist: showStylist(stylist) };
    }, ctx);
  };

const showStylist = (stylist: Stylist): MessageInitShape<typeof StylistSchema> => stylist.known();
