import { person } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { Session } from "../domain/session.ts";

export const revokeSession =
  (app: App): Rpc["revokeSession"] =>
  ({ sessionId }, ctx) =>
    app.transact(async (tx) => {
      const session = await tx.lock(Session, { id: sessionId, accountId: person(ctx).id });
      session.revoke(app.now());
      return {};
    });
