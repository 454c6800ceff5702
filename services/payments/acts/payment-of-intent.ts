import type { Tx } from "@lacio/chassis/db";
import { LockMode } from "@mikro-orm/core";
import { Payment } from "../domain/payment.ts";

/** The paid payment of a provider's intent, locked; null for a stranger's. */
export const paymentOfIntent = (tx: Tx, intentId: string): Promise<Payment | null> =>
  tx.em.findOne(Payment, { intentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
