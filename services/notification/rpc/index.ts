import type { Routes } from "@lacio/chassis/serve";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import type { App, Rpc } from "../app.ts";
import { listNotifications, markNotificationRead } from "./notifications.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(NotificationService, {
      listNotifications: listNotifications(app),
      markNotificationRead: markNotificationRead(app),
    } satisfies Rpc);
