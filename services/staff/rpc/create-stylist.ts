import { createHash } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import { person } from "@lacio/chassis/access";
import { failpoint } from "@lacio/chassis/failpoint";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { CreateStylistRequest } from "@lacio/proto/staff/v1/staff_service";
import type { App, Rpc } from "../app.ts";
import { skillsOf } from "../acts/skills-of.ts";
import { ensureStylist } from "../acts/ensure-stylist.ts";

// The account comes first: a crash before the stylist's row is mended by the account's event, or by the caller's retry.
export const createStylist =
  (app: App): Rpc["createStylist"] =>
  async (req, ctx) => {
    await skillsOf(app.db.read(), req.skillIds, "skillIds");
    const id = await openAccount(app, req, ctx);
    failpoint("staff.after_account_before_stylist");
    return app.transact(async (tx) => {
      const skills = await skillsOf(tx.em, req.skillIds, "skillIds");
      const stylist = await ensureStylist(tx, id, req.name, app.now());
      tx.emit(...stylist.change({ name: req.name, bio: req.bio, skills }));
      return { stylist: stylist.message() };
    }, ctx);
  };

async function openAccount(app: App, req: CreateStylistRequest, ctx: HandlerContext): Promise<string> {
  const { email, password, name, phone } = req;
  const key = ctx.requestHeader.get("idempotency-key");
  const headers = key ? { "idempotency-key": keyFor(person(ctx).id, key) } : undefined;
  const { user } = await app.auth.createAccount({ email, password, name, phone, role: Caller_Role.STYLIST }, { headers });
  return user!.id;
}

// To auth every admin's call is staff's: the key says whose it was.
const keyFor = (callerId: string, key: string): string => createHash("sha256").update(`${callerId} ${key}`).digest("hex");
