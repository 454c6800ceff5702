import { Migration } from "@mikro-orm/migrations";

/** The part of a refund that pays an older debt. */
export class DebtOfRefund extends Migration {
  override up(): void {
    this.addSql(`alter table refund add column debt bigint not null default 0 check (debt between 0 and amount)`);
  }
}
