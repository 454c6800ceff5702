import type { DatabaseParts } from "@lacio/chassis/db";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import { Init } from "./migrations/20261124000000-init.ts";

export const database: DatabaseParts = {
  entities: [Payment, Refund],
  migrations: [{ name: "20261124000000-init", class: Init }],
};
