import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { NotificationSchema } from "@lacio/proto/notification/v1/notification_service";
import type { App, Rpc } from "../app.ts";
import { Notification } from "../domain/notification.ts";

export const listNotifications = (app: App): Rpc["listNotifications"] =>
  async function listNotifications(req, ctx) {
    const { size, limit, after } = pageOf(req);
    const where = {
      recipientId: person(ctx).id,
      status: { $ne: "DROPPED" as const },
      text: { $ne: "" }, // a mail with a secret link is written when it is sent; until then there is nothing to show
      ...(req.bookingId && { bookingId: req.bookingId }),
      ...(after && { id: { $lt: after[0]! } }),
    };
    const found = await app.db.read().find(Notification, where, { orderBy: { id: "desc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (notification) => [notification.id]);
    return { notifications: rows.map(showNotification), nextPageToken };
  };

export const markNotificationRead = (app: App): Rpc["markNotificationRead"] =>
  function markNotificationRead({ notificationId }, ctx) {
    return app.transact(async (tx) => {
      const notification = await tx.lock(Notification, { id: notificationId, recipientId: person(ctx).id });
      notification.markRead(app.now());
      return { notification: showNotification(notification) };
    }, ctx);
  };

function showNotification(notification: Notification): MessageInitShape<typeof NotificationSchema> {
  const { id, kind, subject, text, bookingId, createdAt, sentAt, readAt } = notification;
  return {
    notificationId: id,
    kind,
    subject,
    text,
    bookingId: bookingId ?? "",
    createdAt: timestampFromDate(createdAt),
    ...(sentAt && { sentAt: timestampFromDate(sentAt) }),
    ...(readAt && { readAt: timestampFromDate(readAt) }),
  };
}
