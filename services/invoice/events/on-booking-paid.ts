import type { Handler } from "@lacio/chassis/consume";
import type { BookingPaidSchema } from "@lacio/proto/booking/v1/events";
import { issueInvoice } from "../acts/issue-invoice.ts";
import type { App } from "../app.ts";
import { draftInvoice } from "../domain/draft-invoice.ts";

export const onBookingPaid = (app: App): Handler<typeof BookingPaidSchema> =>
  async function onBookingPaid(paid, once) {
    const { profile } = await app.users.getContact({ accountId: paid.clientId });
    const draft = draftInvoice(paid, profile!);
    const invoice = await once((tx) => issueInvoice(tx, draft, app.config.issuer));
    if (invoice === null)
      app.log.error({ booking: paid.bookingId }, "no invoice number is left or valid: the invoice waits for a new range");
  };
