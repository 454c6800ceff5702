import type { Routes } from "@lacio/chassis/serve";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import type { App, Rpc } from "../app.ts";
import { listNotifications } from "./list-notifications.ts";
import { markNotificationRead } from "./mark-notification-read.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(NotificationService, {
      listNotifications: listNotifications(app),
      markNotificationRead: markNotificationRead(app),
    } satisfies Rpc);
