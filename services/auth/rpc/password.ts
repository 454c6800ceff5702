import { person } from "@lacio/chassis/access";
import { endAllSessions } from "../acts/end-sessions.ts";
import { endLinks } from "../acts/links.ts";
import { lockProven, provePassword } from "../acts/prove-password.ts";
import type { App, Rpc } from "../app.ts";

export const checkPassword = (app: App): Rpc["checkPassword"] =>
  async function checkPassword({ accountId, password }) {
    await provePassword(app, accountId, password, "password");
    return {};
  };

export const changePassword = (app: App): Rpc["changePassword"] =>
  async function changePassword({ currentPassword, newPassword }, ctx) {
    const { id, sessionId } = person(ctx);
    const proven = await provePassword(app, id, currentPassword, "currentPassword");
    const passwordHash = await app.hasher.hash(newPassword);
    return app.transact(async (tx) => {
      const now = app.now();
      const account = await lockProven(tx, proven, "currentPassword");
      tx.emit(...account.changePassword(passwordHash, now));
      await endLinks(tx, account, ["RESET_PASSWORD", "CHANGE_EMAIL"], now);
      await endAllSessions(tx, account, "PASSWORD_CHANGED", now, { butFor: sessionId });
      return {};
    });
  };
