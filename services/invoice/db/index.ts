import { Code } from "@connectrpc/connect";
import type { DatabaseParts } from "@lacio/chassis/db";
import { Refusal } from "@lacio/chassis/errors";
import { Invoice } from "../domain/invoice.ts";
import { NumberingRange } from "../domain/numbering-range.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { RefundAmount } from "./migrations/20261129000100-refund-amount.ts";
import { Jobs } from "./migrations/20261202000000-jobs.ts";

export const database: DatabaseParts = {
  entities: [NumberingRange, Invoice],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261129000100-refund-amount", class: RefundAmount },
    { name: "20261202000000-jobs", class: Jobs },
  ],
  refusals: {
    numbering_range_overlap: () =>
      new Refusal("range_overlaps", "Another range of this prefix holds some of these numbers.", Code.AlreadyExists),
  },
};
