import type { DatabaseParts } from "@lacio/chassis/db";
import { Dispute } from "../domain/dispute.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { MoneyThatMovesThere } from "./migrations/20261129000100-money-that-moves-there.ts";
import { DebtOfRefund } from "./migrations/20261201000000-debt-of-refund.ts";
import { Jobs } from "./migrations/20261202000000-jobs.ts";

export const database: DatabaseParts = {
  entities: [Payment, Refund, Dispute],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261129000100-money-that-moves-there", class: MoneyThatMovesThere },
    { name: "20261201000000-debt-of-refund", class: DebtOfRefund },
    { name: "20261202000000-jobs", class: Jobs },
  ],
};
