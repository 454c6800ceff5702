import type { App, Rpc } from "../app.ts";
import { askPayments } from "../acts/ask-payments.ts";

export const reconcile =
  (app: App): Rpc["reconcile"] =>
  async () => {
    await sendWaitingRefunds(app);
    return askPayments(app);
  };

const sendWaitingRefunds = (app: App) =>
  app.transact(async (tx) => {
    for (const { id } of await tx.sql<{ id: string }>("select id from refund where status = 'REQUESTED'")) tx.later("send-refund", id);
  });
