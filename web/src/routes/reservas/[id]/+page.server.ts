import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Invoice_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import type { Api } from "#lib/server/api.ts";
import { bookingView } from "#lib/server/booking-view.ts";
import { client } from "#lib/server/guard.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const [booking, documents, mails] = await Promise.all([
    bookingView(locals.api, params.id),
    orAway(documentsOf(locals.api, params.id)),
    orAway(mailsOf(locals.api, params.id)),
  ]);
  return {
    booking,
    documents,
    mails,
    fresh: url.searchParams.has("lista") && booking.status === "CONFIRMED",
    moved: url.searchParams.has("cambiada"),
    now: new Date().toISOString(),
  };
};

// The booking is shown also while invoices or mails cannot be asked for.
const orAway = <T>(answer: Promise<T>): Promise<T | undefined> => answer.catch(() => undefined);

async function documentsOf({ invoice }: Api, bookingId: string) {
  const { invoices } = await invoice.listInvoices({ bookingId, pageSize: 20 });
  return invoices
    .map(({ invoiceId, kind, number, total }) => ({
      id: invoiceId,
      credit: kind === Invoice_Kind.CREDIT_NOTE,
      number,
      total: Number(total?.minorUnits ?? 0n),
    }))
    .reverse();
}

async function mailsOf({ notification }: Api, bookingId: string) {
  const { notifications } = await notification.listNotifications({ bookingId, pageSize: 50 });
  return notifications.map(({ notificationId, subject, createdAt, sentAt }) => ({
    id: notificationId,
    subject,
    at: timestampDate((sentAt ?? createdAt)!).toISOString(),
    sent: sentAt !== undefined,
  }));
}
