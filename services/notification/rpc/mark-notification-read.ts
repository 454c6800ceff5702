import { person } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { Notification } from "../domain/notification.ts";
import { shown } from "./list-notifications.ts";

export const markNotificationRead =
  (app: App): Rpc["markNotificationRead"] =>
  ({ notificationId }, ctx) =>
    app.transact(async (tx) => {
      const notification = await tx.lock(Notification, { id: notificationId, recipientId: person(ctx).id });
      notification.markRead(app.now());
      return { notification: shown(notification) };
    }, ctx);
